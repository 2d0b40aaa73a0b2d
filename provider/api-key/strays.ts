import { NotFoundError } from "../errors";
import { isRevoked, type KeyPage, type PayEngineApi, type PayEngineKey } from "../payengine-api";
import { isNameOf } from "./names";

const MAX_PAGES = 1_000;
const MAX_READS = 5;

/** What a look at the list showed and changed. */
export interface Sweep {
  /** Names of the keys that were revoked. */
  readonly revoked: readonly string[];
  /** Ids of the keys to keep that the list showed: it is no longer behind their creation. */
  readonly kept: readonly string[];
}

/** Revokes every live key that bears a name of this resource, but those to keep. */
export async function revokeStrays(
  api: PayEngineApi,
  unique: string,
  keep: readonly string[] = [],
): Promise<Sweep> {
  const live = await findLiveKeys(api, unique);
  const strays = live.filter(({ id }) => !keep.includes(id));
  for (const stray of strays) await revoke(api, stray.id);
  return {
    revoked: strays.map(({ name }) => name),
    kept: keep.filter((id) => live.some((key) => key.id === id)),
  };
}

/**
 * Revokes a key.
 *
 * @returns false where PayEngine does not find it, if it is PayEngine that says so and not a proxy in front of it: a
 *   key that it has listed is gone then; one that was just made may only not be known yet.
 */
export async function revoke(api: PayEngineApi, id: string): Promise<boolean> {
  try {
    await api.revokeKey(id);
    return true;
  } catch (error) {
    if (error instanceof NotFoundError && error.byContract) return false;
    throw error;
  }
}

/** Says whether PayEngine knows a key of this id that is not revoked. */
export async function isLive(api: PayEngineApi, keyId: string): Promise<boolean> {
  try {
    return !isRevoked(await api.getKey(keyId));
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

/** Finds the live keys that bear a name of this resource. */
export function findLiveKeys(api: PayEngineApi, unique: string): Promise<PayEngineKey[]> {
  return listLiveKeys(api, unique, (name) => isNameOf(unique, name));
}

/**
 * Lists the live keys whose names match.
 *
 * Absence needs every page. A list that takes several pages may move while it is read, so it is read until two reads
 * in a row find the same.
 *
 * @param q part of the names, which PayEngine may ignore.
 */
export async function listLiveKeys(
  api: PayEngineApi,
  q: string,
  matches: (name: string) => boolean,
): Promise<PayEngineKey[]> {
  let before: string | undefined;
  for (let read = 1; read <= MAX_READS; read++) {
    const { keys, pages } = await readAllPages(api, q);
    const found = keys.filter((key) => matches(key.name) && !isRevoked(key));
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
