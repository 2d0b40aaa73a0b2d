// @ts-check
import { CallError, callApi, callPage, pageData, setKey } from "./api.mjs";
import { createKey, isCreating } from "./create.mjs";
import {
  checkName,
  closeDialog,
  copyValue,
  forgetValue,
  openCreate,
  openForKey,
  revokeKey,
} from "./dialogs.mjs";
import { filterKeys, startKeys, stopKeys, turnPage } from "./keys.mjs";
import { byId, inputValue, showError, showStatus } from "./messages.mjs";

/** @type {Record<string, (button: HTMLElement) => unknown>} */
const actions = {
  "manage-keys": () => byId("results") !== null && startKeys(),
  "sign-out": signOut,
  "open-create": openCreate,
  details: ({ dataset: { key = "" } }) => openForKey("details", key),
  revoke: ({ dataset: { key = "" } }) => openForKey("revoke", key),
  previous: () => turnPage(-1),
  next: () => turnPage(1),
  copy: copyValue,
  close: closeDialog,
};

/** @type {Record<string, (form: HTMLFormElement) => unknown>} */
const forms = {
  "sign-in-with-key": signInWithKey,
  "sign-in-as-user": signInAsUser,
  create: createKey,
  revoke: revokeKey,
};

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-action]") : null;
  if (!(button instanceof HTMLElement)) return;
  // Following a link would load the page anew, and forget the key that a person signed in with.
  event.preventDefault();
  void attempt(() => actions[button.dataset.action ?? ""]?.(button));
});

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const button = form.querySelector("button:not([type=button])");
  // A second click would create a second key.
  if (form.ariaBusy === "true" || button?.hasAttribute("disabled")) return;
  form.ariaBusy = "true";
  await attempt(() => forms[form.dataset.form ?? ""]?.(form));
  form.ariaBusy = "false";
});

/** @type {ReturnType<typeof setTimeout> | undefined} */
let typing;
document.addEventListener("input", ({ target }) => {
  const id = target instanceof HTMLElement ? target.id : "";
  if (id === "confirm") checkName();
  if (id !== "filter") return;
  clearTimeout(typing);
  typing = setTimeout(filterKeys, 250);
});

// The value of a key on its way would be lost, and the key stay live.
addEventListener("beforeunload", (event) => isCreating() && event.preventDefault());

// The browser may keep this page in memory and show it again.
addEventListener("pagehide", () => {
  forgetValue();
  setKey("");
  stopKeys();
});
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

/** Does what a person asked for, and says what to do if it fails. @param {() => unknown} work */
async function attempt(work) {
  showError("");
  showStatus("");
  try {
    await work();
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    showError(error.message);
  }
}

async function signInWithKey() {
  const value = inputValue("private-key").trim();
  // Others cannot be sent in a header.
  if (!/^[\x21-\x7e]+$/.test(value)) {
    showError("A private key has only letters and digits. Check what you copied");
    return;
  }
  setKey(value);
  try {
    await showView(await callPage("POST", "sign-in/key"));
  } catch (error) {
    if (byId("private-key") !== null) setKey("");
    throw error;
  }
}

async function signInAsUser() {
  const body = { user: inputValue("user"), code: inputValue("sign-in-code") };
  await showView(await callPage("POST", "sign-in/user", body));
}

async function signOut() {
  if (isCreating()) {
    showError("A key is being created. Wait for its value, and sign out then");
    return;
  }
  stopKeys();
  if (pageData().csrfToken !== undefined) await callPage("POST", "sign-out");
  setKey("");
  location.reload();
}

/** Shows the page of a person who has just signed in. @param {string} html */
async function showView(html) {
  const view = byId("view");
  if (view !== null) view.innerHTML = html;
  startView();
  document.querySelector("h1")?.focus();
  if (pageData().mayCall) await callApi("merchant");
}

function startView() {
  document.title = `${document.querySelector("h1")?.textContent} · PayEngine sandbox`;
  if (byId("results") !== null) void startKeys();
}

startView();
