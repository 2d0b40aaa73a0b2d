import { LARGEST_SKEW_MS } from "../payengine/server-clock";
import type { Context } from "./context";
import type { JournalFields } from "./schema";

/**
 * What is known of the attempts to make a key of a resource. State holds it as long as something is left to do, so that
 * whatever an attempt has left is found by its name.
 */
export interface Journal {
  /** The name that was posted last, over all runs; undefined before the first attempt for a resource. */
  readonly latestName?: string | undefined;
  /** Names of the attempts whose outcome is unknown: no key of that name has been found. */
  readonly unresolvedNames: readonly string[];
  /** When the unresolved attempts can no longer have an effect (ISO 8601). */
  readonly reconcileAfter?: string | undefined;
  /** Keys that attempts have made and that are to be revoked, by the attempt's name: their own may be another. */
  readonly orphanKeyIds: Readonly<Record<string, string>>;
}

/** What is left to do once a key is in hand. */
export interface Reconciled {
  readonly journal: Journal;
  /** The next `up` looks again, and every one until a look succeeds. */
  readonly pendingAction: "reconcile" | undefined;
}

/** The journal of a resource that is not in state yet. */
export const NEW_JOURNAL: Journal = { unresolvedNames: [], orphanKeyIds: {} };

/** A list, or a look-up by id, may not know a key yet that was made less than this ago, in milliseconds. */
export const LAG_MS = 60_000;

/** A request that was given up may still take effect at PayEngine this long after its own limit, in milliseconds. */
export const GRACE_MS = 60_000;

/** The outcome of an attempt is unknown. */
export function noteUnresolved(context: Context, journal: Journal, name: string, keyId?: string): Journal {
  const { unresolvedNames, orphanKeyIds } = journal;
  const over = new Date(context.now().getTime() + context.settings.requestTimeout + GRACE_MS);
  return {
    ...journal,
    unresolvedNames: [...unresolvedNames.filter((it) => it !== name), name],
    reconcileAfter: over.toISOString(),
    orphanKeyIds: keyId === undefined ? orphanKeyIds : { ...orphanKeyIds, [name]: keyId },
  };
}

/** The longest time after which an attempt can no longer have an effect, counted from now, in milliseconds. */
export function longestEffect({ requestTimeout }: Pick<Context["settings"], "requestTimeout">): number {
  // Of a rotation, the list may lag behind in addition.
  return requestTimeout + GRACE_MS + LAG_MS;
}

/** When unresolved attempts can no longer have an effect, however far ahead the clock was that wrote the time down. */
export function reconcileTime(
  context: Pick<Context, "settings" | "now">,
  reconcileAfter: string | undefined,
): string | undefined {
  if (reconcileAfter === undefined) return undefined;
  const latest = context.now().getTime() + longestEffect(context.settings);
  return Date.parse(reconcileAfter) > latest + LARGEST_SKEW_MS
    ? new Date(latest).toISOString()
    : reconcileAfter;
}

/** The keys of these attempts were found and revoked. */
export function noteRevoked(journal: Journal, names: readonly string[]): Journal {
  const { unresolvedNames } = journal;
  return {
    ...withoutIds(journal, names),
    unresolvedNames: unresolvedNames.filter((name) => !names.includes(name)),
  };
}

/** The keys of these attempts are found by their names. */
export function withoutIds(journal: Journal, names: readonly string[]): Journal {
  const ids = Object.entries(journal.orphanKeyIds).filter(([name]) => !names.includes(name));
  return { ...journal, orphanKeyIds: Object.fromEntries(ids) };
}

/** Says whether it is certain that no attempt has left a key. */
export function isResolved({ unresolvedNames, orphanKeyIds }: Journal): boolean {
  return unresolvedNames.length === 0 && Object.keys(orphanKeyIds).length === 0;
}

/** Says whether an unresolved attempt may still make a key. */
export function mayStillAppear({ now }: Context, { unresolvedNames, reconcileAfter }: Journal): boolean {
  return unresolvedNames.length > 0 && reconcileAfter !== undefined && now() < new Date(reconcileAfter);
}

/** What a state tells of its keys, beside the journal. */
interface Keys extends JournalFields {
  readonly name: string;
  readonly keyId?: string | undefined;
  readonly token?: string | undefined;
  readonly previousKeyId?: string | undefined;
}

/** Says whether state holds no usable key. */
export function lacksKey({ token, pendingAction }: Pick<Keys, "token" | "pendingAction">): boolean {
  return token === undefined || pendingAction === "create";
}

/** Ids of the keys that consumers use: the current one, and the one before it as long as it is kept. */
export function keysInUse(state: Keys): string[] {
  const { keyId, previousKeyId } = state;
  return [lacksKey(state) ? undefined : keyId, previousKeyId].filter((id) => id !== undefined);
}

/** The journal in a state. */
export function journalOf(state: Keys): Journal {
  const { latestName, name, unresolvedNames = [], reconcileAfter, orphanKeyIds = {}, keyId } = state;
  // A key whose value is lost is one to revoke.
  const isLost = lacksKey(state) && keyId !== undefined;
  return {
    latestName: latestName ?? name,
    unresolvedNames,
    reconcileAfter,
    orphanKeyIds: isLost ? { [name]: keyId, ...orphanKeyIds } : orphanKeyIds,
  };
}

/**
 * What state has to hold of a journal.
 *
 * @param name of the key that state holds.
 */
export function fieldsOf(
  journal: Journal,
  name: string,
  pendingAction: JournalFields["pendingAction"],
): JournalFields {
  const { latestName, unresolvedNames, reconcileAfter, orphanKeyIds } = journal;
  const isUnresolved = unresolvedNames.length > 0;
  return {
    pendingAction,
    latestName: latestName === name ? undefined : latestName,
    unresolvedNames: isUnresolved ? [...unresolvedNames] : undefined,
    reconcileAfter: isUnresolved ? reconcileAfter : undefined,
    orphanKeyIds: Object.keys(orphanKeyIds).length > 0 ? { ...orphanKeyIds } : undefined,
  };
}
