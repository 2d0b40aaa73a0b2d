import { html } from "ghtml";
import { nameOfUser } from "../account-store";
import type { Sandbox } from "../sandbox";
import { brand } from "./document";
import { dialogs } from "./key-dialogs";
import { keyResults } from "./key-results";
import { KEYS_PER_PAGE, pageData } from "./page-data";
import type { Visitor } from "./visitor";

/** What a signed-in person sees: who they are, and the page Manage Keys as far as they may use it. */
export function consoleView(sandbox: Sandbox, visitor: Visitor): string {
  const { caller, callerKey } = visitor;
  const { name } = sandbox.accounts.account(caller.accountId);
  const way = callerKey ? `with the key ${callerKey.redacted}` : "";
  return html`<div class="console">
<header>
!${brand}
<nav aria-label="Console"><p>API</p><ul><li><a href="/" aria-current="page" data-action="manage-keys">Manage Keys</a></li></ul></nav>
<div class="who">
<p><strong>${nameOfUser(caller)}</strong> <span>${caller.role} of ${name}</span> <span>${way}</span></p>
<button type="button" data-action="sign-out">Sign out</button>
</div>
</header>
<main>
<h1 tabindex="-1">Manage Keys</h1>
<p class="alert" role="alert"></p>
!${manageKeys(sandbox, visitor)}
<script type="application/json" id="page-data">!${pageData(sandbox, visitor)}</script>
</main>
</div>`;
}

function manageKeys(sandbox: Sandbox, { caller, callerKey }: Visitor): string {
  if (caller.role === "User") {
    const admins = sandbox.accounts.users(caller.accountId).filter(({ role }) => role === "Admin");
    return html`<div class="card notice"><p>Managing API keys needs the role Admin or Developer. Yours is ${caller.role}.</p>
<p>Ask an Admin of this account for the role Developer: !${admins.map((admin) => html`<strong>${nameOfUser(admin)}</strong>`).join(", ")}.</p></div>`;
  }
  if (callerKey && sandbox.dialect.manageKeys === "consoleOnly") {
    return html`<div class="card notice"><p>Your key works, but it cannot manage keys here. This sandbox's dialect is
"consoleOnly": only people who are signed in to the console can list, create and revoke keys.</p>
<p>Sign out, and sign in as a user.</p></div>`;
  }
  const results = keyResults(sandbox, caller, { page: 1, size: KEYS_PER_PAGE, q: "" });
  return html`<div class="toolbar">
<label class="hidden" for="filter">Filter by name</label>
<input id="filter" type="search" placeholder="Filter by name" autocomplete="off" spellcheck="false">
<button type="button" class="primary" data-action="open-create">Create API Key</button>
</div>
<div id="results">!${results}</div>
!${dialogs}`;
}
