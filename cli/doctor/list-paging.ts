import { randomBytes } from "node:crypto";
import { messageOf } from "../../provider/payengine/errors";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import { isObject } from "../contract/shape";
import { counted } from "../terminal";
import { type Finding, fail, pass, REPORT_IT } from "./finding";
import type { Observer, Seen } from "./observer";

/** A shorter list needs no paging: a list with pages returns at least ten keys a page. */
const SMALLEST_PAGE = 10;

/** Checks paging and search: they must prove that a key is absent. @param keys of the first page. */
export async function pagingFindings(
  observer: Observer,
  first: Seen,
  keys: readonly PayEngineKey[],
): Promise<Finding[]> {
  const second = await observer.ask("list", (client) => client.readPage(2, ""), "list page 2");
  const ids = second.value?.data.map(({ id }) => id) ?? [];
  return [
    count([first, second], new Set([...keys.map(({ id }) => id), ...ids]).size),
    paging(keys, second, ids),
    await query(observer, keys),
  ];
}

/** A total that is too small hides keys, because reading stops there. */
function count(pages: readonly Seen[], least: number): Finding {
  const check = "list: count";
  const totals = pages.flatMap(({ raw }) => (isObject(raw) && raw.total !== undefined ? [raw.total] : []));
  const [total] = totals;
  if (total === undefined)
    return pass(check, "the response has no total; a short or empty page ends the list");
  if (totals.every((it) => Number.isInteger(it) && Number(it) >= least))
    return pass(check, `total is ${counted(Number(total), "key")}`);
  return fail(check, "total is not a number, or is less than the number of keys on the pages", REPORT_IT);
}

function paging(keys: readonly PayEngineKey[], second: Seen, ids: readonly string[]): Finding {
  const check = "list: page";
  if (second.value === undefined) return fail(check, messageOf(second.error), REPORT_IT);
  const repeated = keys.filter(({ id }) => ids.includes(id)).length;
  const size = `page 1 has ${counted(keys.length, "key")}`;
  // A key created in between moves one key from page 1 to page 2.
  if (repeated === 0 || repeated < Math.min(keys.length, 5))
    return pass(check, `${size}, and page 2 has ${counted(ids.length, "key")}, none of them on page 1`);
  if (keys.length < SMALLEST_PAGE && ids.length === keys.length)
    return pass(
      check,
      `${size}, and page 2 repeats it: \`page\` may have no effect, but so few keys need no paging`,
    );
  return fail(
    check,
    "page 2 repeats page 1: `page` has no effect, so the list cannot prove that a key is gone",
    REPORT_IT,
  );
}

async function query(observer: Observer, keys: readonly PayEngineKey[]): Promise<Finding> {
  const check = "list: q";
  const nothing = `pulumi-payengine-${randomBytes(8).toString("hex")}`;
  const none = await observer.ask("list", (client) => client.readPage(1, nothing), "list q without a match");
  if (none.value === undefined) return fail(check, messageOf(none.error), REPORT_IT);
  const known = keys.find(({ name }) => name !== "");
  // Other attempts at a key have its name plus a suffix, so part of a name must find it too.
  for (const part of known === undefined ? [] : partsOf(known.name)) {
    const found = await observer.ask("list", (client) => client.readPage(1, part), "list q");
    if (found.value === undefined) return fail(check, messageOf(found.error), REPORT_IT);
    const { data } = found.value;
    // If the page is full, the key may be on the next page.
    const mayHold = data.length >= keys.length || data.some(({ id }) => id === known?.id);
    if (mayHold) continue;
    const what =
      "does not find a listed key by its name or part of it, so the list cannot prove that a key is gone";
    return fail(check, what, REPORT_IT);
  }
  const isHonored = none.value.data.length === 0;
  return pass(check, isHonored ? "is supported" : "is ignored, so every search reads the whole list");
}

function partsOf(name: string): string[] {
  return [name, [...name].slice(0, -1).join("")];
}
