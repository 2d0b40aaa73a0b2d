// @ts-check

/**
 * @typedef {object} PageData What the server says about the API: sandbox/src/page/page-data.ts.
 * @property {string} scheme
 * @property {Record<string, string>} calls
 * @property {{ id: string, name: string, type: string, value: string }} fields
 * @property {{ public: string, private: string }} types
 * @property {boolean} isWrapped
 * @property {"size" | "limit"} sizeParameter
 * @property {number} size
 * @property {string} csrfHeader
 * @property {string} [csrfToken]
 * @property {string} [ownKeyId]
 * @property {boolean} mayCall
 */

const SIGNED_OUT = "Your session has ended, or your key was revoked. Reload the page and sign in again";

/** The key that a person signed in with. It is in this variable only, so a reload signs out. */
let key = "";

/** @param {string} value "" to forget it. */
export function setKey(value) {
  key = value;
}

/** @returns {PageData} */
export function pageData() {
  return JSON.parse(document.getElementById("page-data")?.textContent ?? "{}");
}

/** A request that failed. Its message is for people. */
export class CallError extends Error {
  /** @param {string} message @param {number} status 0 if there was no response. */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * Calls PayEngine's API.
 *
 * @param {string} operation as in the data of the page
 * @param {{ id?: string, query?: URLSearchParams, body?: unknown }} [input]
 * @returns the text of the response
 */
export function callApi(operation, { id = "", query, body } = {}) {
  const [method = "", path = ""] = (pageData().calls[operation] ?? "").split(" ");
  const search = query === undefined ? "" : `?${query}`;
  return send(method, `/api${path.replace("{id}", encodeURIComponent(id))}${search}`, body);
}

/** Gets or sends a part of the page. @param {string} method @param {string} path @param {unknown} [body] */
export function callPage(method, path, body) {
  return send(method, `/page/${path}`, body);
}

/** The object in a response. @param {string} text @returns {Record<string, string | undefined>} */
export function itemIn(text) {
  try {
    const body = JSON.parse(text);
    return Object(pageData().isWrapped ? body.data : body);
  } catch {
    return {};
  }
}

/** The objects in the response of a list. @param {string} text @returns {Record<string, unknown>[]} */
export function itemsIn(text) {
  const items = itemIn(text);
  return Array.isArray(items) ? items : [];
}

/** @param {string} method @param {string} path @param {unknown} body */
async function send(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = {};
  const { scheme, csrfHeader, csrfToken, mayCall } = pageData();
  if (key !== "") headers.authorization = `${scheme} ${key}`;
  else if (csrfToken !== undefined) headers[csrfHeader] = csrfToken;
  if (body !== undefined) headers["content-type"] = "application/json";
  // A person who is signed in with a key may have the cookie of an earlier session.
  const credentials = key === "" ? "same-origin" : "omit";
  try {
    const response = await fetch(path, { method, headers, credentials, body: JSON.stringify(body) });
    const text = await response.text();
    if (response.ok) return text;
    if (response.status === 401 && mayCall) throw new CallError(SIGNED_OUT, 401);
    throw new CallError(messageIn(text) ?? `The sandbox responded with ${response.status}`, response.status);
  } catch (error) {
    if (error instanceof CallError) throw error;
    throw new CallError("The sandbox did not respond. Check that it is still running", 0);
  }
}

/** @param {string} text @returns {string | undefined} */
function messageIn(text) {
  try {
    const { message, errors = [] } = JSON.parse(text);
    const fields = errors.map((/** @type {Record<string, string>} */ it) => `${it.field} ${it.message}`);
    return fields.length > 0 ? fields.join(", ") : message;
  } catch {
    return undefined;
  }
}
