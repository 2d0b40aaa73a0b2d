// @ts-check
import { CallError, callApi, callPage, pageData } from "./api.mjs";
import { refocus, refresh } from "./keys.mjs";
import { byId, dialog, inputValue, showError, showStatus } from "./messages.mjs";

/** The button that opened the dialog; the table may have replaced it when the dialog closes. */
let opener = "";

/** @param {string} id */
function open(id) {
  if (document.querySelector("dialog[open]") === null) opener = document.activeElement?.id ?? "";
  dialog(id).showModal();
}

export function openCreate() {
  byId("create")?.querySelector("form")?.reset();
  open("create");
}

/** @param {HTMLElement} button in the dialog */
export function closeDialog(button) {
  // At once: the event of the closed dialog comes later.
  forgetValue();
  button.closest("dialog")?.close();
}

/** Shows a private value. @param {string} value */
export function showValue(value) {
  const place = byId("once-value");
  if (place === null) return;
  place.textContent = value;
  open("once");
  // Not a button, which a held Enter would press.
  byId("once-title")?.focus();
}

/** Removes a private value from the page. Nothing else holds it. */
export function forgetValue() {
  const place = byId("once-value");
  if (place !== null) place.textContent = "";
  const said = byId("once")?.querySelector("[role=status]");
  if (said) said.textContent = "";
}

export async function copyValue() {
  const place = byId("once-value");
  if (place === null) return;
  try {
    await navigator.clipboard.writeText(place.textContent ?? "");
    showStatus("Copied. Put it into your secret store now, and clear your clipboard.");
  } catch {
    // A browser may refuse the clipboard.
    getSelection()?.selectAllChildren(place);
    showStatus("The browser refused to copy. The key is selected: press Ctrl+C or Command+C.");
  }
}

/** Opens a dialog that the server makes of one key. @param {"details" | "revoke"} kind @param {string} id */
export async function openForKey(kind, id) {
  const focused = document.activeElement?.id ?? "";
  if (kind === "details" && pageData().calls.getKey) await callApi("getKey", { id });
  dialog(kind).innerHTML = await callPage("GET", `keys/${encodeURIComponent(id)}/${kind}`);
  open(kind);
  opener = focused;
}

/** @param {HTMLFormElement} form */
export async function revokeKey({ dataset: { key = "", name = "" } }) {
  if (inputValue("confirm") !== name) return;
  try {
    await callApi("revokeKey", { id: key });
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    showError(`The key may still work: ${error.message}`);
    return;
  }
  if (key === pageData().ownKeyId) return location.reload();
  dialog("revoke").close();
  await refresh();
  showStatus(`Revoked ${name}`);
}

/** Allows to revoke only once the whole name is there. */
export function checkName() {
  const name = byId("revoke")?.querySelector("form")?.dataset.name;
  byId("confirm-revoke")?.toggleAttribute("disabled", inputValue("confirm") !== name);
}

// Escape may be meant for the dialog before, and the value would be lost unseen. For browsers without `closedby`.
document.addEventListener(
  "cancel",
  (event) => {
    if (event.target === byId("once")) event.preventDefault();
  },
  true,
);
// The event does not bubble. It comes after the next dialog has opened.
document.addEventListener(
  "close",
  ({ target }) => {
    if (target === byId("once")) forgetValue();
    if (document.activeElement === document.body) refocus(opener);
  },
  true,
);
