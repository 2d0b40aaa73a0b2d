// @ts-check
import { CallError, callApi, callPage, itemIn, pageData } from "./api.mjs";
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

/** Creates the key that the form describes, and shows a private value. */
export async function createKey() {
  const { fields, types, calls } = pageData();
  const name = inputValue("new-name");
  const isPublic = document.querySelector("input[name=new-type]:checked")?.getAttribute("value") === "public";
  const body = { [fields.name]: name, [fields.type]: isPublic ? types.public : types.private };
  try {
    const created = itemIn(await callApi("createKey", { body }));
    const id = created[fields.id] ?? "";
    dialog("create").close();
    if (isPublic) {
      await refresh();
      showStatus(`Created the public key ${name}`);
      return;
    }
    showOnce(created[fields.value] ?? (calls.revealKey ? await reveal(id, name) : undefined), name);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    showError(createError(error));
  }
  void refresh();
}

/** @param {HTMLElement} button in the dialog */
export function closeDialog(button) {
  // At once: the event of the closed dialog comes later.
  forgetValue();
  button.closest("dialog")?.close();
}

/** @param {string} id @param {string} name */
async function reveal(id, name) {
  try {
    return itemIn(await callApi("revealKey", { id }))[pageData().fields.value];
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    // The key exists, whatever the status says.
    throw new CallError(`The value of ${name} was not revealed: ${error.message}`, 0);
  }
}

/** @param {CallError} error */
function createError({ status, message }) {
  if (status >= 400 && status < 500) return `The key was not created: ${message}`;
  return `${message}. The key may exist without its value: find it in the list, revoke it, and create another`;
}

/** @param {string | undefined} value @param {string} name */
function showOnce(value, name) {
  const place = byId("once-value");
  if (value === undefined || place === null) {
    showError(`The response has no value of ${name}. Revoke this key and create another`);
    return;
  }
  place.textContent = value;
  open("once");
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

// The event does not bubble. It also follows Escape, and comes after the next dialog has opened.
document.addEventListener("cancel", forgetValue, true);
document.addEventListener(
  "close",
  ({ target }) => {
    if (target === byId("once")) forgetValue();
    if (document.activeElement === document.body) refocus(opener);
  },
  true,
);
