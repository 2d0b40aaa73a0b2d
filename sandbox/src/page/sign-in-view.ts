import { html } from "ghtml";
import { nameOfUser } from "../account-store";
import type { Sandbox } from "../sandbox";
import { brand } from "./document";
import { pageData } from "./page-data";

/** The form to sign in with a key, and the form to sign in as a user. No input has a name, so that a form without the script sends nothing. */
export function signInView(sandbox: Sandbox): string {
  return html`<main class="sign-in">
!${brand}
<h1 tabindex="-1">Sign in</h1>
<p class="alert" role="alert"></p>
<div class="ways">
<form class="card" data-form="sign-in-with-key">
<h2>With a key</h2>
<label for="private-key">Private key</label>
<input id="private-key" type="password" autocomplete="off" autocapitalize="off" spellcheck="false" required>
<p class="hint">The key stays in this page's memory. The page stores no cookie. Reloading signs you out.</p>
!${consoleOnlyHint(sandbox)}
<button class="primary">Sign in with this key</button>
</form>
<form class="card" data-form="sign-in-as-user">
<h2>As a user</h2>
<label for="user">User</label>
<select id="user">
!${sandbox.accounts.users().map((user) => {
    const { name } = sandbox.accounts.account(user.accountId);
    return html`<option value="${user.id}">${nameOfUser(user)} (${user.role} of ${name})</option>`;
  })}
</select>
<label for="sign-in-code">Sign-in code</label>
<input id="sign-in-code" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" required aria-describedby="code-hint">
<p class="hint" id="code-hint">The terminal that started the sandbox shows the code.</p>
<button class="primary">Sign in as this user</button>
</form>
</div>
<p class="hint">This sandbox runs on your machine and has no passwords. Every program and user of this machine can open
this page, so the code proves that you started the sandbox. It is not made by PayEngine.</p>
<script type="application/json" id="page-data">!${pageData(sandbox)}</script>
</main>`;
}

function consoleOnlyHint({ dialect }: Sandbox): string {
  if (dialect.manageKeys !== "consoleOnly") return "";
  return html`<p class="hint">This sandbox's dialect is "consoleOnly": a key cannot manage keys. Sign in as a user.</p>`;
}
