import type { Settings } from "../provider/api-key/context";
import { longestEffect } from "../provider/api-key/journal";
import { operationLimit } from "../provider/config";
import { presentOf, type Reached } from "./accounts";
import type { StackState } from "./pulumi/stack-state";

/** How to look for keys. */
export interface RecoveryOptions {
  /**
   * How long state must not have changed before a key counts as orphaned, in milliseconds. Default: longer than any
   * operation of a key can last (eleven request timeouts and four minutes). Less is safe only where nobody is updating
   * the stack: backends other than folders do not show their locks. A pending operation of which no key is found is kept
   * for the default time, whatever stands here: its request may still make one.
   */
  readonly minAge?: number | undefined;
  /** The clock. Default: PayEngine's where it contradicts this machine's by more than a minute, else this machine's. */
  readonly now?: (() => Date) | undefined;
  /** Is told of each step that may take long, in words, such as "Listing the keys at PayEngine". */
  readonly onStep?: ((step: string) => void) | undefined;
  /** Is told where PayEngine contradicts this machine's clock, and what to do. */
  readonly onWarning?: ((warning: string) => void) | undefined;
}

/**
 * How long after a state's last change an operation that it speaks of may still be under way, in milliseconds. Beyond its
 * own limit, a creation's request may still take effect, and a deletion waits for as long as one may.
 */
export function longestOperation(settings: Settings): number {
  return operationLimit(settings) + longestEffect(settings);
}

/**
 * Says until when an operation of this state may still run, so that a key that looks orphaned may yet be stored.
 *
 * @param before the same state, read earlier.
 * @returns `undefined` once that time is over.
 */
export function mayChangeUntil(
  before: StackState,
  state: StackState,
  reached: readonly Reached[],
  { minAge, now = () => presentOf(reached) }: RecoveryOptions,
): Date | undefined {
  const lasting = reached.flatMap((it) => ("account" in it ? [longestOperation(it.settings)] : []));
  const until = state.changedAt.getTime() + (minAge ?? Math.max(0, ...lasting));
  const isChanging = state.changedAt.getTime() !== before.changedAt.getTime();
  const present = now().getTime();
  return isChanging || present < until ? new Date(Math.max(until, present)) : undefined;
}
