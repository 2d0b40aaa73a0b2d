import { html } from "ghtml";
import type { User } from "../account-store";
import type { ListQuery } from "../call-input";
import { listedKeys } from "../key-operations";
import type { StoredKey } from "../key-store";
import { withoutPrivateValues } from "../key-value";
import type { Sandbox } from "../sandbox";
import { makerOf } from "./made-by";

const columns = ["Name", "Type", "Key", "Status", "Created", "Last used", "Made by"];

/**
 * One page of the table of keys, the same as the API's list. The ARIA roles look redundant, but a table whose rows become
 * blocks on a narrow screen loses its own.
 */
export function keyResults(sandbox: Sandbox, caller: User, query: ListQuery): string {
  const { keys, total } = listedKeys(sandbox, caller, query);
  const isLast = query.page * query.size >= total;
  return html`<table role="table" aria-label="API keys">
<thead role="rowgroup"><tr role="row">!${columns.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
<th role="columnheader" scope="col"><span class="hidden">Actions</span></th></tr></thead>
<tbody role="rowgroup">!${keys.map((key) => keyRow(sandbox, key))}</tbody>
</table>
<div id="below">
!${keys.length === 0 ? emptyNote(query) : ""}
!${query.q !== "" && sandbox.dialect.ignoreQuery ? ignoredFilter : ""}
<div class="pages"><p>${pageNote(query, keys.length, total)}</p>
<button type="button" id="previous" data-action="previous" ${query.page > 1 ? "" : "disabled"}>Previous page</button>
<button type="button" id="next" data-action="next" ${isLast ? "disabled" : ""}>Next page</button></div>
</div>`;
}

/** The key's name; a private value that somebody used as a name is left out. */
export function shownName({ name }: StoredKey): string {
  return withoutPrivateValues(name);
}

/** A time in UTC, to the minute. */
export function timeOf(ms: number | null): string {
  if (ms === null) return html`<span class="muted">never</span>`;
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}"><span>${iso.slice(0, 10)}</span> <span>${iso.slice(11, 16)} UTC</span></time>`;
}

/** A public key's value; of a private key, the redacted form. */
export function keyText({ publicValue, redacted }: StoredKey): string {
  return html`<code>${publicValue ?? redacted}</code>`;
}

function keyRow(sandbox: Sandbox, key: StoredKey): string {
  const { who, detail } = makerOf(key, sandbox.accounts.user(key.userId));
  const name = shownName(key);
  const cells = [
    html`<strong>${name}</strong>`,
    key.type === "public" ? "Public" : "Private",
    keyText(key),
    statusOf(key),
    timeOf(key.createdAt),
    timeOf(key.lastUsedAt),
    html`${who}<span class="muted">${withoutPrivateValues(detail)}</span>`,
  ];
  return html`<tr role="row" id="key-${key.id}" data-name="${name}">
!${cells.map((cell, index) => html`<td role="cell" data-label="${columns[index]}"><div>!${cell}</div></td>`)}
<td role="cell" class="last"><div class="actions">
<button type="button" id="details-${key.id}" data-action="details" data-key="${key.id}" aria-label="Details of ${name}">Details</button>
!${key.status === "revoked" ? "" : revokeButton(key)}</div></td></tr>`;
}

function revokeButton(key: StoredKey): string {
  return html`<button type="button" id="revoke-${key.id}" class="danger" data-action="revoke" data-key="${key.id}" aria-label="Revoke ${shownName(key)}">Revoke</button>`;
}

export function statusOf({ status }: StoredKey): string {
  return html`<span class="badge ${status}">${status === "active" ? "Active" : "Revoked"}</span>`;
}

function emptyNote({ q, page }: ListQuery): string {
  if (page > 1) return html`<p class="empty">This page has no keys any more.</p>`;
  return q === ""
    ? html`<p class="empty">No keys yet. Create one here or with Pulumi.</p>`
    : html`<p class="empty">No key has this text in its name.</p>`;
}

const ignoredFilter = html`<p class="hint">This sandbox's dialect ignores the filter.</p>`;

function pageNote({ page, size }: ListQuery, shown: number, total: number): string {
  if (shown === 0) return "";
  const first = (page - 1) * size + 1;
  return `${first} to ${first + shown - 1} of ${total}`;
}
