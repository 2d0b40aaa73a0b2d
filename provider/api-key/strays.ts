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
  for (const stray of strays) await revokeListed(client, stray);
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

/**
 * Revokes a key that the list has shown. If it is not found any more, it is gone, unless the call that revokes keys is
 * another one: then the list still shows it.
 *
 * @throws Error where it lives on.
 */
export async function revokeListed(
  client: PayEngineClient,
  { id, name }: Pick<PayEngineKey, "id" | "name">,
): Promise<void> {
  if (await revoke(client, id)) return;
  const listed = await listLiveKeys(client, name, (it) => it === name);
  if (!listed.some((key) => key.id === id)) return;
  throw new Error(
    `PayEngine lists the key "${name}" (${id}) as live and does not find it when it is to be revoked; check ` +
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
