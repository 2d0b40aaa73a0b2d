import { html } from "ghtml";

const stylesheets = ["style.css", "layout.css", "table.css", "narrow.css"];

/** A whole HTML document around a view. The regions for messages outlive the views, which the script swaps. */
export function document(view: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>PayEngine sandbox</title>
<link rel="icon" href="/page/icon.svg" type="image/svg+xml">
!${stylesheets.map(
    (name) => html`<link rel="stylesheet" href="/page/${name}">
`,
  )}
<script type="module" src="/page/script.mjs"></script>
</head>
<body>
<div id="view">!${view}</div>
<p id="status" class="status" role="status"></p>
<noscript><p class="alert">This page needs JavaScript. Turn it on for this address, and reload.</p></noscript>
</body>
</html>
`;
}

/** PayEngine's name with a mark of this page's own, because it is not PayEngine's console. */
export const brand = html`<p class="brand"><svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
<rect width="24" height="24" rx="6"/><path d="M5.5 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0M11.5 12h7v3M15.5 12v2.4"/></svg>
<span>PayEngine <span class="tag">sandbox</span></span></p>`;
