import type { PayEngineClient } from "../payengine/calls";
import { NotFoundError } from "../payengine/errors";
import { listLiveKeys } from "../payengine/key-list";
import { fingerprint, matchesRedacted } from "../payengine/key-value";
import type { PayEngineKey } from "../payengine/read-answer";
import { type Context, KeyError } from "./context";
import {
  isResolved,
  type Journal,
  journalOf,
  keysInUse,
  mayStillAppear,
  type Reconciled,
  resolved,
} from "./journal";
import { generationOf, isNameOf } from "./names";
import type { ApiKeyState, IssuedKey } from "./schema";

/** What a sweep showed and changed. */
export interface Swept {
  readonly journal: Journal;
  /** Ids of the keys to keep that the list showed: it is no longer behind their creation. */
  readonly kept: readonly string[];
  /** Names of the keys that were found and revoked. */
  readonly revoked: readonly string[];
}

/**
 * Revokes what attempts have left: the key that the latest is known to have made, and whatever bears a name of this
 * resource. A key that PayEngine does not find by its id may only not be known yet: it resolves nothing.
 *
 * @param keep ids of the keys in use.
 * @throws Error where a key may live on.
 */
export async function sweep(
  { client }: Pick<Context, "client">,
  unique: string,
  journal: Journal,
  keep: readonly string[],
): Promise<Swept> {
  const { latestName = "", orphanKeyId } = journal;
  const isRevoked = orphanKeyId !== undefined && (await revoke(client, orphanKeyId));
  const { revoked, kept } = await sweepNames(client, unique, keep);
  const found = isRevoked ? [latestName, ...revoked] : revoked;
  return { journal: resolved(journal, found), kept, revoked: found };
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
  unique: string,
  { name, id }: Pick<IssuedKey, "name" | "id">,
  journal: Journal,
  keep: readonly string[],
): Promise<Reconciled> {
  let left = journal;
  try {
    const swept = await sweep(context, unique, journal, keep);
    left = swept.journal;
    const isListCurrent = swept.kept.includes(id) && !mayStillAppear(context, left);
    if (isResolved(left) || isListCurrent) return done(unique, name, journal);
  } catch {
    // The key is safe in hand, and the journal stays as it was.
  }
  return { journal: left, pendingAction: "reconcile" };
}

/** Of a later generation the name stays known: PayEngine may never give it again. */
function done(unique: string, name: string, { latestName = name }: Journal): Reconciled {
  const isLater = generationOf(unique, latestName) > generationOf(unique, name);
  return {
    journal: { latestName: isLater ? latestName : name, unresolvedNames: [] },
    pendingAction: undefined,
  };
}

/** Revokes every live key that bears a name of this resource, but those to keep. */
export async function sweepNames(
  client: PayEngineClient,
  unique: string,
  keep: readonly string[] = [],
): Promise<Omit<Swept, "journal">> {
  const live = await findLiveKeys(client, unique);
  const orphans = live.filter(({ id }) => !keep.includes(id));
  for (const orphan of orphans) await revokeListed(client, orphan);
  return {
    revoked: orphans.map(({ name }) => name),
    kept: keep.filter((id) => live.some((key) => key.id === id)),
  };
}

/** Finds the live keys that bear a name of this resource. */
export function findLiveKeys(client: PayEngineClient, unique: string): Promise<PayEngineKey[]> {
  return listLiveKeys(client, unique, (name) => isNameOf(unique, name));
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
  try {
    await client.revokeKey(id);
    return true;
  } catch (error) {
    if (error instanceof NotFoundError && error.byContract) return false;
    throw error;
  }
}

/** Revokes a key. @returns false where it is not found, which does not prove yet that it is gone. */
export async function revokeIfFound(client: PayEngineClient, id: string): Promise<boolean> {
  try {
    await client.revokeKey(id);
    return true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
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
export async function refuseOwnCredential(
  { client, settings }: Context,
  state: ApiKeyState,
  { which, doing }: Refused,
): Promise<void> {
  const { adoptedKeyId, keyId, previousKeyId, token, previousToken } = state;
  const [id, value] = which === "current" ? [keyId, token] : [previousKeyId, previousToken];
  const isOwn = value !== undefined && fingerprint(value) === fingerprint(settings.credential);
  const isAdopted = id !== undefined && id === adoptedKeyId;
  if (!isOwn && !(isAdopted && (await showsValue(client, id, settings.credential)))) return;
  throw new KeyError(
    `The key "${state.name}" is the credential that this provider works with; ${doing} it would lock the provider ` +
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
