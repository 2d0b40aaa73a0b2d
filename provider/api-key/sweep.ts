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

/** What a sweep showed and changed. */
export interface Swept {
  readonly journal: Journal;
  /** Ids of the keys to keep that the list showed: it is no longer behind their creation. */
  readonly kept: readonly string[];
  /** Names of the keys that were found and revoked. */
  readonly revoked: readonly string[];
}

/** Why nothing is swept or sent any more: another `up` may already make keys of the same resource. */
export const ENGINE_GONE = "Pulumi's engine has ended";

/**
 * Revokes what attempts have left: the keys that they are known to have made, and whatever has a name of this resource. A
 * key that PayEngine does not find by its id may only not be known yet: it resolves nothing.
 *
 * @param keep ids of the keys in use.
 * @throws Error where a key may live on, the engine has ended, or state is older than a key in use.
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
  // The list may have taken long, and what is new in it may be in use by now.
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

/** Revokes every live key that the creation of this resource can have made. @returns how many there were. */
export async function sweepAll(client: PayEngineClient, uniqueName: string): Promise<number> {
  const { revoked, errors } = await revokeEach(await findLiveKeys(client, uniqueName), (key) =>
    revokeListed(client, key),
  );
  throwFirst(errors);
  return revoked.length;
}

/**
 * Revokes one key after another: one that cannot be revoked must not keep others alive.
 *
 * @param revokeOne returns false where PayEngine does not find the key.
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
 * Revokes what attempts have left beside the keys in use, once the list has shown that it can be read.
 *
 * @mechanism rotation sweep
 */
export async function sweepBeside(context: Context, state: ApiKeyState): Promise<Swept> {
  // Read once a process, it tells how long a page is, and with that whether one of the resource's own keys is the last.
  await context.readableList();
  return sweep(context, state.uniqueName, journalOf(state), keysInUse(state));
}

/**
 * With a key in hand, revokes what other attempts have left.
 *
 * @param keep ids of the keys in use, the one in hand among them.
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
    // The key is safe in hand, and the journal stays as it was. A later look does not make state any newer.
    if (error instanceof OldStateError) context.warn(`warning: ${name}: ${error.message}`);
  }
  return { journal: left, pendingAction: "reconcile" };
}

/** Of a later generation the name stays known: PayEngine may never give it again. */
function done(uniqueName: string, name: string, { latestName = name }: Journal): Reconciled {
  const isLater = generationOf(uniqueName, latestName) > generationOf(uniqueName, name);
  return {
    journal: { ...NEW_JOURNAL, latestName: isLater ? latestName : name },
    pendingAction: undefined,
  };
}

/**
 * Finds the live keys with a name that this resource can have given.
 *
 * @param latestName the name that was posted last; left out before state knows any.
 */
export function findLiveKeys(
  client: PayEngineClient,
  uniqueName: string,
  latestName?: string,
): Promise<PayEngineKey[]> {
  return listLiveKeys(client, uniqueName, (name) => mayHaveGiven(uniqueName, latestName, name));
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

/**
 * Revokes a key.
 *
 * @returns false where PayEngine does not find it, if it is PayEngine that says so and not a proxy in front of it: a
 *   key that it has listed is gone then; one that was just made may only not be known yet.
 */
export async function revoke(client: PayEngineClient, id: string): Promise<boolean> {
  const missing = await tryToRevoke(client, id);
  if (missing !== undefined && !missing.byContract) throw missing;
  return missing === undefined;
}

/** Revokes a key. @returns false where it is not found, which does not prove yet that it is gone. */
export async function revokeIfFound(client: PayEngineClient, id: string): Promise<boolean> {
  return (await tryToRevoke(client, id)) === undefined;
}

/** @returns the answer where the key is not found. */
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

/** Which of a resource's keys it is about, and what is refused, such as "revoking". */
export interface Refused {
  readonly which: "current" | "previous";
  readonly doing: "revoking" | "rotating";
}

/**
 * The self-revocation guard: the key that the provider works with is never revoked or rotated by it, which would lock
 * it out. It is known by its value; an adopted key, whose value may not be proven, by what PayEngine shows of it too.
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
    `${key} is the credential that this provider works with; ${doing} it would lock the provider ` +
      "out. Set payengine:apiKey (or PAYENGINE_API_KEY) to another private key first.",
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
