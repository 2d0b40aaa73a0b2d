import { isRevoked, type KeyPage, type PayEngineApi, type PayEngineKey } from "./payengine-api";

const MAX_PAGES = 1_000;
const MAX_READS = 5;

/** Lists the keys that match and are not revoked; otherwise as {@link listKeys}. */
export function listLiveKeys(
  api: PayEngineApi,
  q: string,
  matches: (name: string) => boolean,
): Promise<PayEngineKey[]> {
  return listKeys(api, q, (key) => matches(key.name) && !isRevoked(key));
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
  api: PayEngineApi,
  q: string,
  matches: (key: PayEngineKey) => boolean,
): Promise<PayEngineKey[]> {
  let before: string | undefined;
  for (let read = 1; read <= MAX_READS; read++) {
    const { keys, pages } = await readAllPages(api, q);
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

async function readAllPages(api: PayEngineApi, q: string): Promise<{ keys: PayEngineKey[]; pages: number }> {
  const keys = new Map<string, PayEngineKey>();
  let seen = 0;
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { data, total }: KeyPage = await api.listKeys(page, q);
    const known = keys.size;
    for (const key of data) keys.set(key.id, key);
    seen += data.length;
    if (data.length === 0 && total != null && seen < total) {
      throw new Error(`The list of keys ends after ${seen} of ${total}`);
    }
    if (data.length === 0) return { keys: [...keys.values()], pages: page - 1 };
    if (total != null && seen >= total) return { keys: [...keys.values()], pages: page };
    if (keys.size === known) throw new Error(`Page ${page} of the list of keys repeats earlier ones`);
  }
  throw new Error(`The list of keys has more than ${MAX_PAGES} pages`);
}
