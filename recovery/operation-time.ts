import type { Settings } from "../provider/api-key/context";
import { longestEffect } from "../provider/api-key/journal";
import { operationLimit } from "../provider/config";
import { presentOf, type Reached } from "./accounts";
import type { StackState } from "./pulumi/stack-state";

/** How to look for keys. */
export interface RecoveryOptions {
  /**
   * How long state must be unchanged before a key counts as orphaned, in milliseconds. Default: longer than an operation
   * can last (eleven request timeouts plus four minutes). A shorter time is safe only if no update of the stack is running:
   * only file backends show their locks. A pending operation without a key is always kept for the default time, because
   * its request may still create one.
   */
  readonly minAge?: number | undefined;
  /** The clock. Default: this machine's, or PayEngine's if the two differ by more than a minute. */
  readonly now?: (() => Date) | undefined;
  /** Called before each step that may take long, with text such as "Listing the keys at PayEngine". */
  readonly onStep?: ((step: string) => void) | undefined;
  /** Called if this machine's clock differs from PayEngine's, with text that says what to do. */
  readonly onWarning?: ((warning: string) => void) | undefined;
}

/**
 * How long after a state's last change one of its operations may still be running, in milliseconds. After the operation's
 * own limit, a create request may still take effect, and a delete waits that long too.
 *
 * @internal
 */
export function longestOperation(settings: Settings): number {
  return operationLimit(settings) + longestEffect(settings);
}

/**
 * Returns the time until which an operation of this state may still run and store a key that looks orphaned.
 *
 * @param before the same state, read earlier.
 * @returns `undefined` if that time is over.
 *
 * @internal
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
