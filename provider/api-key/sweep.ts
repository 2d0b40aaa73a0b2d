import type { PayEngineClient } from "../payengine/calls";
import { NotFoundError } from "../payengine/errors";
import { listLiveKeys } from "../payengine/key-list";
import { fingerprint, matchesRedacted } from "../payengine/key-value";
import type { PayEngineKey } from "../payengine/read-answer";
import { type Context, KeyError } from "./context";
import { OldStateError, requireLeftovers } from "./handed-over";
import {
  isResolved,
  type Journal,
  journalOf,
  keysInUse,
  mayStillAppear,
  NEW_JOURNAL,
  noteRevoked,
  type Reconciled,
} from "./journal";
import { generationOf, mayHaveGiven } from "./names";
import type { ApiKeyState, IssuedKey } from "./schema";

/** Result of a sweep. */
export interface Swept {
  readonly journal: Journal;
  /** IDs of keys to keep that the list showed, so it is at least as current as their creation. */
  readonly kept: readonly string[];
  /** Names of the keys that were found and revoked. */
  readonly revoked: readonly string[];
}

/** Why nothing is swept or sent any more: another `up` may already create keys of the same resource. */
export const ENGINE_GONE = "Pulumi's engine has ended";

/**
 * Revokes leftover keys of attempts: the recorded IDs, and every key with a name of this resource. If PayEngine cannot find
 * a recorded ID, the attempt stays unresolved, because the lookup may lag behind.
 *
 * @param keep IDs of the keys in use.
 * @throws Error if a key may still be active, the engine has ended, or state is older than a key in use.
 * @mechanism old state
 */
export async function sweep(
  context: Pick<Context, "client" | "engine" | "settings" | "serverNow">,
  uniqueName: string,
  journal: Journal,
  keep: readonly string[],
): Promise<Swept> {
  const { client, engine } = context;
  if (await engine.isGone()) throw new Error(ENGINE_GONE);
  const byId = await revokeEach(Object.entries(journal.orphanKeyIds), ([, id]) => revoke(client, id));
  throwFirst(byId.errors);
  const live = await findLiveKeys(client, uniqueName, journal.latestName);
  const orphans = live.filter(({ id }) => !keep.includes(id));
  requireLeftovers(context, journal, orphans, live);
  // The list may have taken long, and a new key in it may be in use by now.
  if (orphans.length > 0 && (await engine.isGone())) throw new Error(ENGINE_GONE);
  const byName = await revokeEach(orphans, (orphan) => revokeListed(client, orphan));
  throwFirst(byName.errors);
  const revoked = [...byId.revoked.map(([name]) => name), ...orphans.map(({ name }) => name)];
  return {
    journal: noteRevoked(journal, revoked),
    kept: keep.filter((id) => live.some((key) => key.id === id)),
    revoked,
  };
}

/** Revokes every active key that this resource's creation can have made. @returns their number. */
export async function sweepAll(client: PayEngineClient, uniqueName: string): Promise<number> {
  const { revoked, errors } = await revokeEach(await findLiveKeys(client, uniqueName), (key) =>
    revokeListed(client, key),
  );
  throwFirst(errors);
  return revoked.length;
}

/**
 * Revokes one key after another, and continues after a failure.
 *
 * @param revokeOne returns false if PayEngine cannot find the key.
 */
async function revokeEach<T>(keys: readonly T[], revokeOne: (key: T) => Promise<unknown>) {
  const revoked: T[] = [];
  const errors: unknown[] = [];
  for (const key of keys) {
    try {
      if ((await revokeOne(key)) !== false) revoked.push(key);
    } catch (error) {
      errors.push(error);
    }
  }
  return { revoked, errors };
}

function throwFirst(errors: readonly unknown[]): void {
  if (errors.length > 0) throw errors[0];
}

/**
 * Revokes leftover keys besides the keys in use, once the list has proven readable.
 *
 * @mechanism rotation sweep
 */
export async function sweepBeside(context: Context, state: ApiKeyState): Promise<Swept> {
  // The first read shows the page size, and so whether a short page is the last.
  await context.readableList();
  return sweep(context, state.uniqueName, journalOf(state), keysInUse(state));
}

/**
 * Revokes leftover keys of other attempts after a key was created.
 *
 * @param keep IDs of the keys in use, including the new one.
 * @mechanism final sweep
 * @mechanism reconcile mark
 */
export async function reconcile(
  context: Context,
  uniqueName: string,
  { name, id }: Pick<IssuedKey, "name" | "id">,
  journal: Journal,
  keep: readonly string[],
): Promise<Reconciled> {
  let left = journal;
  try {
    const swept = await sweep(context, uniqueName, journal, keep);
    left = swept.journal;
    const isListCurrent = swept.kept.includes(id) && !mayStillAppear(context, left);
    if (isResolved(left) || isListCurrent) return done(uniqueName, name, journal);
  } catch (error) {
    // The key is safe, and the journal stays unchanged for the next look.
    if (error instanceof OldStateError) context.warn(`warning: ${name}: ${error.message}`);
  }
  return { journal: left, pendingAction: "reconcile" };
}

/** Keeps the name of a later generation: PayEngine may never accept it again. */
function done(uniqueName: string, name: string, { latestName = name }: Journal): Reconciled {
  const isLater = generationOf(uniqueName, latestName) > generationOf(uniqueName, name);
  return {
    journal: { ...NEW_JOURNAL, latestName: isLater ? latestName : name },
    pendingAction: undefined,
  };
}

/**
 * Finds the active keys with a name that this resource can have used.
 *
 * @param latestName the last name that was posted; left out if state has none.
 */
export function findLiveKeys(
  client: PayEngineClient,
  uniqueName: string,
  latestName?: string,
): Promise<PayEngineKey[]> {
  return listLiveKeys(client, uniqueName, (name) => mayHaveGiven(uniqueName, latestName, name));
}

/** Whether PayEngine has a key with this ID that is not revoked. */
export async function isLive(client: PayEngineClient, keyId: string): Promise<boolean> {
  try {
    return !(await client.getKey(keyId)).isRevoked;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

/**
 * Revokes a key.
 *
 * @returns false if PayEngine itself, and not a proxy, cannot find it. A listed key is gone then; a new one may not be
 *   visible yet.
 */
export async function revoke(client: PayEngineClient, id: string): Promise<boolean> {
  const missing = await tryToRevoke(client, id);
  if (missing !== undefined && !missing.byContract) throw missing;
  return missing === undefined;
}

/** Revokes a key. @returns false if it is not found, which does not prove that it is gone. */
export async function revokeIfFound(client: PayEngineClient, id: string): Promise<boolean> {
  return (await tryToRevoke(client, id)) === undefined;
}

/** @returns the error if the key is not found. */
async function tryToRevoke(client: PayEngineClient, id: string): Promise<NotFoundError | undefined> {
  try {
    await client.revokeKey(id);
    return undefined;
  } catch (error) {
    if (error instanceof NotFoundError) return error;
    throw error;
  }
}

/**
 * Revokes a key that the list has shown. If it is not found, it is gone, unless the list still shows it: then the contract's
 * `revoke` is wrong.
 *
 * @throws Error if it is still active.
 */
export async function revokeListed(
  client: PayEngineClient,
  { id, name }: Pick<PayEngineKey, "id" | "name">,
): Promise<void> {
  if (await revoke(client, id)) return;
  const listed = await listLiveKeys(client, name, (it) => it === name);
  if (!listed.some((key) => key.id === id)) return;
  throw new Error(
    `PayEngine lists the key "${name}" (${id}) as active but cannot find it to revoke it; check payengine:contract.revoke`,
  );
}

/** The key, and the action that is refused, such as "revoking". */
export interface Refused {
  readonly which: "current" | "previous";
  readonly doing: "revoking" | "rotating";
}

/**
 * The self-revocation guard: the provider never revokes or rotates its own credential, which would lock it out. It compares
 * the value and, for an adopted key, whose value may be unproven, also PayEngine's redacted value.
 */
export async function refuseSelfRevocation(
  { client, settings }: Context,
  state: ApiKeyState,
  { which, doing }: Refused,
): Promise<void> {
  const { adoptedKeyId, keyId, previousKeyId, token, previousToken } = state;
  const [id, value] = which === "current" ? [keyId, token] : [previousKeyId, previousToken];
  const isOwn = value !== undefined && fingerprint(value) === fingerprint(settings.credential);
  const isAdopted = id !== undefined && id === adoptedKeyId;
  if (!isOwn && !(isAdopted && (await showsValue(client, id, settings.credential)))) return;
  const key = which === "current" ? `The key "${state.name}"` : `The previous key of "${state.name}"`;
  throw new KeyError(
    `${key} is the provider credential; ${doing} it would lock the provider out. Set payengine:apiKey (or PAYENGINE_API_KEY) ` +
      "to another private key first.",
  );
}

async function showsValue(client: PayEngineClient, keyId: string, value: string): Promise<boolean> {
  try {
    const { redacted = "" } = await client.getKey(keyId);
    return matchesRedacted(value, redacted) === true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}
