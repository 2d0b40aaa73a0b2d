// @ts-check
import { CallError, callApi, itemIn, itemsIn, pageData } from "./api.mjs";
import { showValue } from "./dialogs.mjs";
import { refresh } from "./keys.mjs";
import { dialog, inputValue, showError, showStatus, showWarning } from "./messages.mjs";

/** The largest page of a list that every dialect takes. */
const LISTED = "100";
/** As the provider: a shorter value, or one with such characters, is a redacted form. */
const SHORTEST_PRIVATE = 20;
const MASKED = /[*•…]|\.{2,}|[xX]{4,}/;

/**
 * @typedef {object} Created What the responses tell about a new key.
 * @property {string} [id]
 * @property {string} [value]
 * @property {string} [problem] why there is no value, without a period
 * @property {boolean} [isRefused] the status says that no key was created
 */

/**
 * Creates the key that the form describes, and shows a private value.
 *
 * A browser sends a request again when a kept connection ends without a response, so one click may create two keys. The
 * list before and after shows keys whose values no response had.
 */
export async function createKey() {
  const { fields, types } = pageData();
  const name = inputValue("new-name");
  const isPublic = document.querySelector("input[name=new-type]:checked")?.getAttribute("value") === "public";
  const earlier = await idsNamed(name);
  const body = { [fields.name]: name, [fields.type]: isPublic ? types.public : types.private };
  const { id, value, problem, isRefused } = await created(body, isPublic);
  if (problem === undefined) {
    dialog("create").close();
    if (isPublic) showStatus(`Created the public key ${name}`);
    else showValue(value ?? "");
  }
  const known = problem === undefined ? id : undefined;
  const others = await idsNamed(name).then(
    (ids) => ids.filter((it) => !earlier.includes(it) && it !== known),
    () => [],
  );
  if (others.length > 0) dialog("create").close();
  if (problem !== undefined) showError(advice(problem, others, isRefused ?? false));
  // Without an ID in the response, the only other key is this one.
  else if (others.length > (id === undefined ? 1 : 0)) {
    showWarning(`The request also created ${unknown(name, others)}`);
  }
  void refresh();
}

/** Whether a key's value is on its way. */
export function isCreating() {
  return document.querySelector("form[data-form=create]")?.ariaBusy === "true";
}

/** @param {Record<string, string>} body @param {boolean} isPublic @returns {Promise<Created>} */
async function created(body, isPublic) {
  const { fields, calls } = pageData();
  try {
    const item = itemIn(await callApi("createKey", { body }));
    const [id, given] = [item[fields.id], item[fields.value]];
    if (isPublic) return (id ?? given) ? { id } : { problem: "The response does not show the new key" };
    const value = given ?? (calls.revealKey ? await revealed(id ?? "") : undefined);
    return isWhole(value) ? { id, value } : { id, problem: "The response does not have the key's value" };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    return { problem: error.message, isRefused: error.status >= 400 && error.status < 500 };
  }
}

/** @param {string} id */
async function revealed(id) {
  try {
    return itemIn(await callApi("revealKey", { id }))[pageData().fields.value];
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    // The key exists, whatever the status says.
    throw new CallError(`The key's value was not revealed: ${error.message}`, 0);
  }
}

/** @param {string | undefined} value */
function isWhole(value) {
  return value !== undefined && value.length >= SHORTEST_PRIVATE && !MASKED.test(value);
}

/** IDs of the live keys with exactly this name. @param {string} name */
async function idsNamed(name) {
  const { fields, sizeParameter } = pageData();
  const query = new URLSearchParams({ page: "1", [sizeParameter]: LISTED, q: name });
  const items = itemsIn(await callApi("listKeys", { query }));
  return items.filter((item) => item[fields.name] === name).map((item) => String(item[fields.id]));
}

/** @param {string} problem @param {string[]} others @param {boolean} isRefused */
function advice(problem, others, isRefused) {
  if (others.length > 0) return `${problem}. The request created ${unknown(inputValue("new-name"), others)}`;
  if (isRefused) return `The key was not created: ${problem}`;
  return `${problem}. The key may exist without its value: find it in the list, revoke it, and create another`;
}

/** @param {string} name @param {string[]} ids */
function unknown(name, ids) {
  return ids.length === 1
    ? `a key named ${name} whose value was not shown. Revoke the key with the ID ${ids[0]}`
    : `keys named ${name} whose values were not shown. Revoke the keys with the IDs ${ids.join(", ")}`;
}
