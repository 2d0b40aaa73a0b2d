import type { Context } from "./context";
import { attemptName } from "./names";
import type { ApiKeyState } from "./state";

/** What is known of the attempts to create a key. */
export interface Attempts {
  /** Attempts that have posted, over all runs. */
  readonly made: number;
  /** Numbers of the attempts whose effect is unknown: no key of their name has been found. */
  readonly lost: readonly number[];
  /** When the lost attempts can no longer have an effect (ISO 8601). */
  readonly settleAfter?: string | undefined;
}

export const NO_ATTEMPTS: Attempts = { made: 0, lost: [] };

/** A request that was given up may still take effect at PayEngine this long after its own limit, in milliseconds. */
export const GRACE_MS = 60_000;

/** The latest attempt's effect is unknown. */
export function lostLatest(context: Context, attempts: Attempts): Attempts {
  const over = new Date(context.now().getTime() + context.requestTimeout + GRACE_MS);
  return { ...attempts, lost: [...attempts.lost, attempts.made], settleAfter: over.toISOString() };
}

/** Keys of these names were found and revoked: that explains the attempts that posted them. */
export function explained(unique: string, attempts: Attempts, names: readonly string[]): Attempts {
  return {
    ...attempts,
    lost: attempts.lost.filter((attempt) => !names.includes(attemptName(unique, attempt))),
  };
}

/** Says whether a lost attempt may still make a key. */
export function mayStillAppear(context: Context, { lost, settleAfter }: Attempts): boolean {
  return lost.length > 0 && settleAfter !== undefined && context.now() < new Date(settleAfter);
}

/** What state says of earlier attempts. */
export function attemptsOf(state: ApiKeyState): Attempts {
  return { made: state.attempts ?? 1, lost: state.lostAttempts ?? [], settleAfter: state.settleAfter };
}

/** Says whether state holds no usable key. */
export function isYetToBeMade(state: ApiKeyState): boolean {
  return state.token === undefined || state.pendingAction === "create";
}
