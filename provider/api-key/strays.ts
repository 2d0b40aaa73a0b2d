import type { PayEngineClient } from "../payengine/calls";
import { NotFoundError } from "../payengine/errors";
import { listLiveKeys } from "../payengine/key-list";
import type { PayEngineKey } from "../payengine/read-answer";
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
  client: PayEngineClient,
  unique: string,
  keep: readonly string[] = [],
): Promise<Sweep> {
  const live = await findLiveKeys(client, unique);
  const strays = live.filter(({ id }) => !keep.includes(id));
  const missed: string[] = [];
  for (const { id } of strays) if (!(await revoke(client, id))) missed.push(id);
  if (missed.length > 0) await requireUnlisted(client, unique, missed);
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
export async function revoke(client: PayEngineClient, id: string): Promise<boolean> {
  try {
    await client.revokeKey(id);
    return true;
  } catch (error) {
    if (error instanceof NotFoundError && error.byContract) return false;
    throw error;
  }
}

/** A key that was listed and is not found any more is gone, unless the call that revokes keys is another one. */
async function requireUnlisted(
  client: PayEngineClient,
  unique: string,
  ids: readonly string[],
): Promise<void> {
  const listed = await findLiveKeys(client, unique);
  const live = listed.find(({ id }) => ids.includes(id));
  if (live === undefined) return;
  throw new Error(
    `PayEngine lists the key "${live.name}" (${live.id}) as live and does not find it when it is to be revoked; check ` +
      "payengine:contract.revoke",
  );
}

/** Says whether PayEngine knows a key of this id that is not revoked. */
export async function isLive(client: PayEngineClient, keyId: string): Promise<boolean> {
  try {
    return !(await client.getKey(keyId)).isRevoked;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

/** Finds the live keys that bear a name of this resource. */
export function findLiveKeys(client: PayEngineClient, unique: string): Promise<PayEngineKey[]> {
  return listLiveKeys(client, unique, (name) => isNameOf(unique, name));
}
