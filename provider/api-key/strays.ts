import { NotFoundError } from "../errors";
import { listLiveKeys } from "../key-list";
import { isRevoked, type PayEngineApi, type PayEngineKey } from "../payengine-api";
import { isNameOf } from "./names";

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
