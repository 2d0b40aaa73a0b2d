import { html } from "ghtml";
import { nameOfUser } from "../account-store";
import type { StoredKey } from "../key-store";
import { withoutPrivateValues } from "../key-value";
import type { Sandbox } from "../sandbox";
import { keyText, shownName, statusOf, timeOf } from "./key-results";
import { makerOf } from "./made-by";
import type { Visitor } from "./visitor";

/**
 * The dialogs of Manage Keys, closed. The server never has the content of the one for a private key's value: the script
 * puts the value from the API's response there, and removes it when the dialog closes.
 */
export const dialogs = html`<dialog id="create" aria-labelledby="create-title">
<form data-form="create">
<h2 id="create-title">Create API Key</h2>
<p class="alert" role="alert"></p>
<label for="new-name">Name</label>
<input id="new-name" type="text" maxlength="128" autocomplete="off" spellcheck="false" required>
<fieldset><legend>Type</legend>
<label class="choice"><input type="radio" name="new-type" value="public"><span>Public</span></label>
<p class="hint">For browsers and apps. Its value stays visible.</p>
<label class="choice"><input type="radio" name="new-type" value="private" checked><span>Private</span></label>
<p class="hint">For your servers. Its value is shown once.</p>
</fieldset>
<div class="buttons"><button type="button" data-action="close">Cancel</button><button class="primary">Save</button></div>
</form>
</dialog>
<dialog id="once" closedby="none" aria-labelledby="once-title" aria-describedby="once-warning">
<h2 id="once-title" tabindex="-1">Your private key</h2>
<p class="alert" role="alert"></p>
<p class="warning" id="once-warning">This is the only time that you can see this key. Copy it now into a secret store. Do
not put it into code or into a browser. If you lose it, you cannot get it back: create another key and revoke this one.</p>
<p class="label" id="once-label">Private key value</p>
<output id="once-value" aria-labelledby="once-label"></output>
<p class="hint" role="status"></p>
<div class="buttons"><button type="button" data-action="copy">Copy</button>
<button type="button" class="primary" data-action="close">Done</button></div>
</dialog>
<dialog id="details" aria-labelledby="details-title"></dialog>
<dialog id="revoke" aria-labelledby="revoke-title"></dialog>`;

/** The content of the dialog with all that is known about a key. */
export function detailsContent(sandbox: Sandbox, key: StoredKey): string {
  const owner = sandbox.accounts.user(key.userId);
  const { who, detail } = makerOf(key, owner);
  const details = [
    ["Name", html`${shownName(key)}`],
    ["ID", html`<code>${key.id}</code>`],
    ["Type", key.type === "public" ? "Public" : "Private"],
    ["Status", statusOf(key)],
    ["Key", keyText(key)],
    ["Created", timeOf(key.createdAt)],
    ["Updated", timeOf(key.updatedAt)],
    ["Last used", timeOf(key.lastUsedAt)],
    ["Made by", html`${who}: ${withoutPrivateValues(detail)}`],
    ["Owner", html`${nameOfUser(owner)} (${owner.role})`],
  ];
  return html`<h2 id="details-title">Key details</h2>
<dl>!${details.map(([term, text]) => html`<div><dt>${term}</dt><dd>!${text}</dd></div>`)}</dl>
!${key.type === "private" ? lostNote : ""}
<div class="buttons"><button type="button" class="primary" data-action="close">Close</button></div>`;
}

const lostNote = html`<p class="hint">The value of a private key is not stored. If it is lost, create another key.</p>`;

/** The content of the dialog that revokes a key, once a person has typed its name. */
export function revokeContent(sandbox: Sandbox, key: StoredKey, { callerKey }: Visitor): string {
  const name = shownName(key);
  const { who } = makerOf(key, sandbox.accounts.user(key.userId));
  return html`<form data-form="revoke" data-key="${key.id}" data-name="${name}">
<h2 id="revoke-title">Revoke key</h2>
<p class="alert" role="alert"></p>
<p>Every program that uses <strong>${name}</strong> stops working at once. You cannot undo this.</p>
!${who === "Pulumi" ? pulumiNote : ""}
!${key.id === callerKey?.id ? ownNote : ""}
<label for="confirm">Type the name to confirm</label>
<input id="confirm" type="text" autocomplete="off" autocapitalize="off" spellcheck="false">
<div class="buttons"><button type="button" data-action="close">Cancel</button>
<button class="danger" id="confirm-revoke" disabled>Revoke</button></div>
</form>`;
}

const pulumiNote = html`<p class="hint">Pulumi made this key. After you revoke it, run <code>pulumi refresh</code> and
<code>pulumi up</code> to create another. They need the key to be a minute old.</p>`;
const ownNote = html`<p class="warning">You are signed in with this key. Revoking it signs you out.</p>`;
