import type { Context } from "./context";
import { type ApiKeyState, plain } from "./state";

/** What is known of the attempts to make a key of a resource. */
export interface Attempts {
  /** The name that was posted last, over all runs. */
  readonly latest?: string | undefined;
  /** Names of the attempts whose effect is unknown: no key of that name has been found. */
  readonly lost: readonly string[];
  /** When the lost attempts can no longer have an effect (ISO 8601). */
  readonly settleAfter?: string | undefined;
  /** A key that the latest attempt has made and that is to be revoked: its name alone may not tell of it. */
  readonly strayId?: string | undefined;
}

export const NO_ATTEMPTS: Attempts = { lost: [] };

/** A request that was given up may still take effect at PayEngine this long after its own limit, in milliseconds. */
export const GRACE_MS = 60_000;

/** The latest attempt's effect is unknown. */
export function lostLatest(context: Context, attempts: Attempts, strayId?: string): Attempts {
  const { latest = "", lost } = attempts;
  const over = new Date(context.now().getTime() + context.requestTimeout + GRACE_MS);
  return { latest, lost: [...lost, latest], settleAfter: over.toISOString(), strayId };
}

/** Keys of these names were found and revoked: that explains the attempts that posted them. */
export function explained(attempts: Attempts, names: readonly string[]): Attempts {
  const lost = attempts.lost.filter((name) => !names.includes(name));
  const { latest = "", strayId } = attempts;
  return { ...attempts, lost, strayId: names.includes(latest) ? undefined : strayId };
}

/** Says whether a lost attempt may still make a key. */
export function mayStillAppear(context: Context, { lost, settleAfter }: Attempts): boolean {
  return lost.length > 0 && settleAfter !== undefined && context.now() < new Date(settleAfter);
}

/** Says whether it is certain that no attempt has left a key. */
export function leftNothing({ lost, strayId }: Attempts): boolean {
  return lost.length === 0 && strayId === undefined;
}

/** What state says of earlier attempts. */
export function attemptsOf(state: ApiKeyState): Attempts {
  const { latestName, name, lostNames = [], settleAfter, strayKeyId, keyId } = state;
  // A key whose value is lost is one to revoke.
  const strayId = strayKeyId ?? (isYetToBeMade(state) ? keyId : undefined);
  return { latest: latestName ?? name, lost: lostNames, settleAfter, strayId };
}

/** What state has to remember of attempts. */
export function remembered(attempts: Attempts, name: string, pendingAction?: ApiKeyState["pendingAction"]) {
  const { latest, lost, settleAfter, strayId } = attempts;
  return plain({
    pendingAction,
    latestName: latest === name ? undefined : latest,
    lostNames: lost.length > 0 ? [...lost] : undefined,
    settleAfter: lost.length > 0 ? settleAfter : undefined,
    strayKeyId: strayId,
  });
}

/** The fields that {@link remembered} may give. */
export const REMEMBERED = ["pendingAction", "latestName", "lostNames", "settleAfter", "strayKeyId"] as const;

/** Says whether state holds no usable key. */
export function isYetToBeMade(state: ApiKeyState): boolean {
  return state.token === undefined || state.pendingAction === "create";
}

/** Ids of the keys that consumers use: the current one, and the one before it as long as it is kept. */
export function keysInUse(state: ApiKeyState): string[] {
  const { keyId, previousKeyId } = state;
  return [isYetToBeMade(state) ? undefined : keyId, previousKeyId].filter((id) => id !== undefined);
}
