// @ts-check

/** How long the page says what has happened, in milliseconds. */
const STATUS_MS = 8_000;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let clearing;

/** @param {string} id @returns {HTMLElement | null} */
export const byId = (id) => document.getElementById(id);

/** The text in an input. @param {string} id */
export function inputValue(id) {
  const input = byId(id);
  return input instanceof HTMLInputElement || input instanceof HTMLSelectElement ? input.value : "";
}

/** @param {string} id @returns {HTMLDialogElement} */
export function dialog(id) {
  const found = byId(id);
  if (found instanceof HTMLDialogElement) return found;
  throw new Error(`The page has no dialog ${id}`);
}

/**
 * Says why something that a person asked for failed, where the person can read it: an open dialog hides the page.
 *
 * @param {string} message "" to clear it
 */
export function showError(message) {
  setText(document.querySelector("dialog[open] [role=alert]") ?? pageAlert(), message);
}

/** Says in the open dialog what a person must do, and on the page, where it stays. @param {string} message */
export function showWarning(message) {
  showError(message);
  showListError(message);
}

/** Says what has happened, as {@link showError} does. @param {string} message */
export function showStatus(message) {
  const inDialog = document.querySelector("dialog[open] [role=status]");
  if (inDialog === null) showListNews(message);
  else setText(inDialog, message);
}

/** Says on the page, not in a dialog, what is wrong with the list. @param {string} message "" to clear it */
export function showListError(message) {
  setText(pageAlert(), message);
}

/** Says on the page, not in a dialog, what has changed in the list. @param {string} message */
export function showListNews(message) {
  setText(byId("status"), message);
  clearTimeout(clearing);
  // It covers a part of the page.
  clearing = setTimeout(() => setText(byId("status"), ""), STATUS_MS);
}

function pageAlert() {
  return document.querySelector("h1 + [role=alert]");
}

/** Leaves the same text alone, because a screen reader would read it again. @param {Element | null} place @param {string} text */
function setText(place, text) {
  if (place !== null && place.textContent !== text) place.textContent = text;
}
