import { setTimeout as sleep } from "node:timers/promises";
import type { PayEngineClient } from "./calls";
import type { PayEngineKey } from "./read-answer";

/** Reads that start within this many milliseconds share a list. */
const TOGETHER_MS = 10;
/** Up to this many keys are read one by one. */
const FEW = 2;
/** Pages of a list that may be read per key requested so far. */
const PAGES_PER_READ = 2;
/** How long a list counts as current, in milliseconds. */
const CURRENT_MS = 10_000;

/** Reads one key. Throws the errors of `getKey`. */
export type ReadKey = (id: string, name: string) => Promise<PayEngineKey>;

type Keys = ReadonlyMap<string, PayEngineKey>;

/** A list that was read. */
interface List {
  /** Prefix of the names that were requested. */
  readonly start: string;
  readonly until: number;
  readonly keys: Promise<Keys>;
}

const NONE: Keys = new Map();

/**
 * Reads many keys at once from the pages of the list, and by ID each key that the pages do not show. A key that is missing
 * from a list may still exist.
 *
 * @param list returns a client whose requests end by themselves: a list must not take longer than a read by ID.
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
    // A read of a public key needs the value too.
    const isWhole = listed !== undefined && (listed.type !== "public" || Boolean(listed.value));
    return isWhole ? listed : api.getKey(id);
  };
}

/** Reads pages while that takes fewer requests than reads by ID. Keys missing from a failed list are read by ID. */
async function listPages(api: PayEngineClient, q: string, mostPages: () => number): Promise<Keys> {
  const keys = new Map<string, PayEngineKey>();
  try {
    for (let page = 1, isOver = false; !isOver && page <= mostPages(); page++) {
      const { data, total } = await api.readPage(page, q);
      const known = keys.size;
      for (const key of data) keys.set(key.id, key);
      const isLast = total === undefined ? data.length < api.pages.longest : keys.size >= total;
      const isTooLong = total !== undefined && Math.ceil(total / data.length) > mostPages();
      // If PayEngine ignores `q`, unrelated keys may fill page after page.
      const isOfUse = data.some(({ name }) => name.startsWith(q));
      isOver = keys.size === known || !isOfUse || isLast || isTooLong;
      api.pages.longest = Math.max(api.pages.longest, data.length);
    }
  } catch {
    // Missing keys are read by ID.
  }
  return keys;
}

/** The common prefix of the names, in whole words, so that it also covers names that are read later. */
function commonStart([first = "", ...others]: readonly string[]): string {
  let length = first.length;
  while (!others.every((name) => name.startsWith(first.slice(0, length)))) length -= 1;
  return first.slice(0, length).replace(/[^-]*$/, "");
}
