import { LARGEST_SKEW_MS } from "../payengine/server-clock";
import type { Context } from "./context";
import type { JournalFields } from "./schema";

/**
 * The attempts to create a resource's key. State holds it while something is left to do, so that leftover keys are found by
 * their names.
 */
export interface Journal {
  /** The last name that was posted in any run; undefined before the first attempt. */
  readonly latestName?: string | undefined;
  /** Names of attempts with unknown outcome: no key with that name has been found. */
  readonly unresolvedNames: readonly string[];
  /** When unresolved attempts can no longer take effect (ISO 8601). */
  readonly reconcileAfter?: string | undefined;
  /** IDs of keys to revoke, by the attempt's name: the key itself may have another name. */
  readonly orphanKeyIds: Readonly<Record<string, string>>;
}

/** What is left to do after a key was created. */
export interface Reconciled {
  readonly journal: Journal;
  /** Every `up` looks again until one look succeeds. */
  readonly pendingAction: "reconcile" | undefined;
}

/** The journal of a resource that is not in state yet. */
export const NEW_JOURNAL: Journal = { unresolvedNames: [], orphanKeyIds: {} };

/** Lists and reads by ID may not show a key that is younger than this, in milliseconds. */
export const LAG_MS = 60_000;

/** How long after its timeout a lost request may still take effect at PayEngine, in milliseconds. */
export const GRACE_MS = 60_000;

/** Records that the outcome of an attempt is unknown. */
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

/** Maximum time from now in which an attempt can still take effect, in milliseconds. */
export function longestEffect({ requestTimeout }: Pick<Context["settings"], "requestTimeout">): number {
  // In a rotation, the list may also lag behind.
  return requestTimeout + GRACE_MS + LAG_MS;
}

/** When unresolved attempts can no longer take effect, limited in case a clock that was ahead wrote the time. */
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

/** Records that the keys of these attempts were found and revoked. */
export function noteRevoked(journal: Journal, names: readonly string[]): Journal {
  const { unresolvedNames } = journal;
  return {
    ...withoutIds(journal, names),
    unresolvedNames: unresolvedNames.filter((name) => !names.includes(name)),
  };
}

/** Drops the IDs of attempts whose keys are found by name. */
export function withoutIds(journal: Journal, names: readonly string[]): Journal {
  const ids = Object.entries(journal.orphanKeyIds).filter(([name]) => !names.includes(name));
  return { ...journal, orphanKeyIds: Object.fromEntries(ids) };
}

/** Whether certainly no attempt has left a key. */
export function isResolved({ unresolvedNames, orphanKeyIds }: Journal): boolean {
  return unresolvedNames.length === 0 && Object.keys(orphanKeyIds).length === 0;
}

/** Whether an unresolved attempt may still create a key. */
export function mayStillAppear({ now }: Context, { unresolvedNames, reconcileAfter }: Journal): boolean {
  return unresolvedNames.length > 0 && reconcileAfter !== undefined && now() < new Date(reconcileAfter);
}

/** The keys in a state, besides the journal. */
interface Keys extends JournalFields {
  readonly name: string;
  readonly keyId?: string | undefined;
  readonly token?: string | undefined;
  readonly previousKeyId?: string | undefined;
}

/** Whether state holds no usable key. */
export function lacksKey({ token, pendingAction }: Pick<Keys, "token" | "pendingAction">): boolean {
  return token === undefined || pendingAction === "create";
}

/** IDs of the keys that consumers use: the current and the previous key. */
export function keysInUse(state: Keys): string[] {
  const { keyId, previousKeyId } = state;
  return [lacksKey(state) ? undefined : keyId, previousKeyId].filter((id) => id !== undefined);
}

/** The journal in a state. */
export function journalOf(state: Keys): Journal {
  const { latestName, name, unresolvedNames = [], reconcileAfter, orphanKeyIds = {}, keyId } = state;
  // A key whose value was lost must be revoked.
  const isLost = lacksKey(state) && keyId !== undefined;
  return {
    latestName: latestName ?? name,
    unresolvedNames,
    reconcileAfter,
    orphanKeyIds: isLost ? { [name]: keyId, ...orphanKeyIds } : orphanKeyIds,
  };
}

/**
 * The journal's fields in state.
 *
 * @param name of the key in state.
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
