import type { PayEngineClient } from "./calls";
import { ResponseSchemaError } from "./errors";
import type { PayEngineKey } from "./read-answer";

const MAX_PAGES = 1_000;
const MAX_READS = 5;
/** The smallest page that a published list gives. */
const SMALLEST_PAGE = 10;

/** Lists the keys whose names match and that are not revoked; otherwise as {@link listKeys}. @mechanism sweep */
export function listLiveKeys(
  client: PayEngineClient,
  q: string,
  matches: (name: string) => boolean,
): Promise<PayEngineKey[]> {
  return listKeys(client, q, (key) => matches(key.name) && !key.isRevoked);
}

/**
 * Lists the keys that match.
 *
 * Absence needs every page. A list that takes several pages may move while it is read, so it is read until two reads
 * in a row find the same.
 *
 * @param q part of the names, which PayEngine may ignore.
 */
export async function listKeys(
  client: PayEngineClient,
  q: string,
  matches: (key: PayEngineKey) => boolean,
): Promise<PayEngineKey[]> {
  let before: string | undefined;
  for (let read = 1; read <= MAX_READS; read++) {
    const { keys, pages } = await readAllPages(client, q);
    const found = keys.filter(matches);
    const ids = found
      .map((key) => key.id)
      .sort()
      .join();
    if (pages <= 1 || ids === before) return found;
    before = ids;
  }
  throw new Error(`The list of keys kept changing over ${MAX_READS} reads; try again`);
}

/**
 * Makes sure that the list of keys answers in a form that can be read: what a create may leave is found by it.
 *
 * @returns how many keys its first page shows.
 */
export async function requireReadableList(client: PayEngineClient): Promise<number> {
  const { data } = await client.readPage(1, "");
  requireNames(data);
  client.pages.longest = Math.max(client.pages.longest, data.length);
  return data.length;
}

async function readAllPages(
  client: PayEngineClient,
  q: string,
): Promise<{ keys: PayEngineKey[]; pages: number }> {
  const keys = new Map<string, PayEngineKey>();
  const all = (pages: number) => {
    const found = [...keys.values()];
    requireNames(found);
    return { keys: found, pages };
  };
  let seen = 0;
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { data, total } = await client.readPage(page, q);
    const known = keys.size;
    for (const key of data) keys.set(key.id, key);
    seen += data.length;
    if (data.length === 0 && total !== undefined && seen < total) {
      throw new Error(`The list of keys ends after ${seen} of ${total}`);
    }
    if (data.length === 0) return all(page - 1);
    if (total === undefined ? data.length < client.pages.longest : seen >= total) return all(page);
    client.pages.longest = Math.max(client.pages.longest, data.length);
    // A list that knows no pages gives the whole each time; one that does gives ten at least.
    if (keys.size === known && page === 2 && data.length === known && known < SMALLEST_PAGE) return all(1);
    if (keys.size === known) throw new Error(`Page ${page} of the list of keys repeats earlier ones`);
  }
  throw new Error(`The list of keys has more than ${MAX_PAGES} pages`);
}

/** A list in which nothing has a name says nothing about a key that is looked for by its name. */
function requireNames(keys: readonly PayEngineKey[]): void {
  if (keys.length > 0 && keys.every(({ name }) => name === ""))
    throw new ResponseSchemaError(
      "The list of keys is not in the form of the contract (no entry has a name); where names stand in another field, set it " +
        "by payengine:contract.fields.name",
    );
}
