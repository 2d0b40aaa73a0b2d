// @ts-check

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
 * Shows an error where a person can read it: an open dialog hides the rest of the page.
 *
 * @param {string} message "" to clear it
 */
export function showError(message) {
  const alert = document.querySelector("dialog[open] [role=alert]") ?? document.querySelector("[role=alert]");
  if (alert !== null && alert.textContent !== message) alert.textContent = message;
}

/** Says what has changed. @param {string} message */
export function showStatus(message) {
  const status = document.querySelector("dialog[open] [role=status]") ?? byId("status");
  if (status !== null) status.textContent = message;
}
