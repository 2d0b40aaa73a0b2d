// @ts-check
import { CallError, callApi, callPage, pageData } from "./api.mjs";
import { byId, inputValue, showListError, showListNews } from "./messages.mjs";

const POLL_MS = 2_000;

let page = 1;
/** The query and response that the table shows. */
let shown = "";
/** The latest refresh: an earlier one that ends later shows nothing. */
let latest = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let next;
/** Whether the error on the page is about the list, so that a list that works again clears it. */
let isListError = false;

/** Shows the keys, and keeps the table up to date while the page is visible. */
export function startKeys() {
  page = 1;
  shown = "";
  return refresh();
}

/** Ends the updates. */
export function stopKeys() {
  latest += 1;
  clearTimeout(next);
}

/** @param {number} step 1 or -1 */
export function turnPage(step) {
  page = Math.max(1, page + step);
  return refresh();
}

export function filterKeys() {
  page = 1;
  return refresh();
}

/** Lists the keys, and changes the table if the list has changed. */
export async function refresh() {
  stopKeys();
  const mine = latest;
  const { sizeParameter, size } = pageData();
  const query = new URLSearchParams({ page: String(page), [sizeParameter]: String(size) });
  const filter = inputValue("filter");
  if (filter !== "") query.set("q", filter);
  try {
    const list = `${query} ${await callApi("listKeys", { query })}`;
    const results = list === shown ? undefined : await callPage("GET", `keys?${query}`);
    if (mine !== latest) return;
    if (results !== undefined) showResults(results, list);
    if (isListError) showListError("");
    isListError = false;
  } catch (error) {
    if (mine !== latest) return;
    if (!(error instanceof CallError)) throw error;
    isListError = true;
    const hasChanged = error.status === 400 || error.status === 403;
    const advice = hasChanged ? ". If your role or the sandbox's dialect has changed, reload the page" : "";
    showListError(`The list is not up to date: ${error.message}${advice}`);
    // Only another sign-in helps.
    if (error.status === 401) return;
  }
  next = setTimeout(() => document.visibilityState === "visible" && refresh(), POLL_MS);
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && byId("results") !== null) void refresh();
});

/** @param {string} results @param {string} list */
function showResults(results, list) {
  const isSameQuery = shown.split(" ", 1)[0] === list.split(" ", 1)[0];
  shown = list;
  const focused = document.activeElement?.id ?? "";
  const template = document.createElement("template");
  template.innerHTML = results;
  const news = patchRows(template.content);
  const [below, newBelow] = [byId("below"), template.content.getElementById("below")];
  if (below !== null && newBelow !== null && !below.isEqualNode(newBelow)) below.replaceWith(newBelow);
  if (document.activeElement === document.body && focused !== "") refocus(focused);
  if (isSameQuery && news !== "") showListNews(news);
}

/**
 * Changes only the rows that differ, so that the others keep the focus. Both lists are newest first.
 *
 * @param {DocumentFragment} content
 * @returns what is new, in words
 */
function patchRows(content) {
  const body = document.querySelector("#results tbody");
  const rows = [...content.querySelectorAll("tbody tr")];
  const ids = new Set(rows.map(({ id }) => id));
  const gone = [...(body?.children ?? [])].filter(({ id }) => !ids.has(id));
  for (const row of gone) row.remove();
  const added = [];
  let place = body?.firstElementChild ?? null;
  const wasEmpty = place === null;
  for (const row of rows) {
    if (place?.id !== row.id) {
      body?.insertBefore(row, place);
      // A row at the end is an older one, which comes up when another goes.
      if (place !== null || wasEmpty) added.push(row);
      continue;
    }
    const following = place.nextElementSibling;
    if (!place.isEqualNode(row)) place.replaceWith(row);
    place = following;
  }
  if (added.length > 0) return `New in the list: ${namesOf(added)}`;
  return gone.length > 0 ? `No longer in the list: ${namesOf(gone)}` : "";
}

/** @param {Element[]} rows */
function namesOf(rows) {
  return rows.map((row) => row.getAttribute("data-name")).join(", ");
}

/**
 * Puts the focus back after its element was replaced. If the element is gone, the heading gets it; if it is the button of a
 * last page, the other button.
 *
 * @param {string} id
 */
export function refocus(id) {
  const turner = document.querySelector(`.pages:has(#${CSS.escape(id || "none")}) button:enabled`);
  const places = [byId(id), turner, document.querySelector("h1")];
  for (const place of places) {
    if (document.activeElement === document.body && place instanceof HTMLElement) place.focus();
  }
}
