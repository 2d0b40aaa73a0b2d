import type { PayEngineClient } from "./calls";
import { ResponseSchemaError } from "./errors";
import type { PayEngineKey } from "./read-answer";

const MAX_PAGES = 1_000;
const MAX_READS = 5;
/** Minimum page size of PayEngine's published lists. */
const SMALLEST_PAGE = 10;

/** {@link listKeys} for matching names of keys that are not revoked. @mechanism sweep */
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
 * Reads every page, because only then a missing key is absent. A list of several pages may change meanwhile, so it is read
 * until two consecutive reads find the same keys.
 *
 * @param q part of the names. PayEngine may ignore it.
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
 * Makes sure that the list of keys can be read, because recovery finds leftover keys in it.
 *
 * @returns the number of keys on the first page.
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
    // A list without paging returns all keys every time; a list with paging returns at least ten.
    if (keys.size === known && page === 2 && data.length === known && known < SMALLEST_PAGE) return all(1);
    if (keys.size === known) throw new Error(`Page ${page} of the list of keys repeats earlier ones`);
  }
  throw new Error(`The list of keys has more than ${MAX_PAGES} pages`);
}

/** A list without names cannot show whether a key with a certain name exists. */
function requireNames(keys: readonly PayEngineKey[]): void {
  if (keys.length > 0 && keys.every(({ name }) => name === ""))
    throw new ResponseSchemaError(
      "The list of keys does not match the contract (no entry has a name); if names are in another field, set " +
        "that field as payengine:contract.fields.name",
    );
}
