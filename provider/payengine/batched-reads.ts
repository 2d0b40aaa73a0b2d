import { setTimeout as sleep } from "node:timers/promises";
import type { PayEngineClient } from "./calls";
import type { PayEngineKey } from "./read-answer";

/** Reads that come within so many milliseconds of each other share a list. */
const TOGETHER_MS = 10;
/** For so few keys, asking for each by its id is as good. */
const FEW = 2;
/** A list may have so many pages for each key asked for until then. */
const PAGES_PER_READ = 2;
/** For how long a list tells of keys, in milliseconds. */
const CURRENT_MS = 10_000;

/** Reads one key. Errors are those of `getKey`. */
export type ReadKey = (id: string, name: string) => Promise<PayEngineKey>;

type Keys = ReadonlyMap<string, PayEngineKey>;

/** What a list has shown. */
interface List {
  /** What the names start with that it was asked for. */
  readonly start: string;
  readonly until: number;
  readonly keys: Promise<Keys>;
}

const NONE: Keys = new Map();

/**
 * Reads keys: many at a time from the pages of the list, and by its id each key that these do not show. So a list is
 * believed in what it shows, and its silence says nothing.
 *
 * @param list for lists, which must end by themselves: nobody waits for one longer than for an answer by id.
 */
export function batchedReads(list: () => PayEngineClient): (api: PayEngineClient) => ReadKey {
  let reads = 0;
  let batch: { readonly names: string[]; readonly keys: Promise<Keys> } | undefined;
  let lists: List[] = [];

  const fetchFor = async (names: readonly string[]): Promise<Keys> => {
    await sleep(TOGETHER_MS);
    batch = undefined;
    if (names.length <= FEW) return NONE;
    const start = commonStart(names);
    const keys = listPages(list(), start, () => reads * PAGES_PER_READ);
    lists.push({ start, until: performance.now() + CURRENT_MS, keys });
    return keys;
  };

  const shown = (name: string): Promise<Keys> => {
    lists = lists.filter(({ until }) => performance.now() < until);
    const covering = lists.find(({ start }) => name.startsWith(start));
    if (covering !== undefined) return covering.keys;
    if (batch === undefined) {
      const names: string[] = [];
      batch = { names, keys: fetchFor(names) };
    }
    batch.names.push(name);
    return batch.keys;
  };

  return (api) => async (id, name) => {
    reads += 1;
    const listed = (await shown(name)).get(id);
    // Of a public key, the value is wanted as well.
    const isWhole = listed !== undefined && (listed.type !== "public" || Boolean(listed.value));
    return isWhole ? listed : api.getKey(id);
  };
}

/** Lists pages as long as they pay. What a failing list does not show is asked for by id, which has its own error. */
async function listPages(api: PayEngineClient, q: string, mostPages: () => number): Promise<Keys> {
  const keys = new Map<string, PayEngineKey>();
  try {
    for (let page = 1, isOver = false; !isOver && page <= mostPages(); page++) {
      const { data, total } = await api.readPage(page, q);
      const known = keys.size;
      for (const key of data) keys.set(key.id, key);
      const isLast = total === undefined ? data.length < api.pages.longest : keys.size >= total;
      const isTooLong = total !== undefined && Math.ceil(total / data.length) > mostPages();
      // Where `q` does nothing, others' keys may fill page after page.
      const isOfUse = data.some(({ name }) => name.startsWith(q));
      isOver = keys.size === known || !isOfUse || isLast || isTooLong;
      api.pages.longest = Math.max(api.pages.longest, data.length);
    }
  } catch {
    // Each key that is missing now is asked for by its id.
  }
  return keys;
}

/** What all the names start with, in whole words: others that are to be read start with it as well. */
function commonStart([first = "", ...others]: readonly string[]): string {
  let length = first.length;
  while (!others.every((name) => name.startsWith(first.slice(0, length)))) length -= 1;
  return first.slice(0, length).replace(/[^-]*$/, "");
}
