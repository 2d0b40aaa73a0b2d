import type { Settings } from "../provider/api-key/context";
import { GRACE_MS } from "../provider/api-key/journal";
import { operationLimit } from "../provider/config";
import type { Reached } from "./accounts";
import type { StackState } from "./stack-state";

/** For how long something may still be under way. */
export interface SettlingOptions {
  /** How long state must not have changed, in milliseconds. Default: longer than any operation of a key can last. */
  readonly minAge?: number | undefined;
  /** The clock. Default: this machine's. */
  readonly now?: (() => Date) | undefined;
  /** Is told of each step that may take long, in words, such as "Listing the keys at PayEngine". */
  readonly onStep?: ((step: string) => void) | undefined;
}

/** How long after a state's last change an operation that it speaks of may still be under way, in milliseconds. */
export function longestOperation(settings: Settings): number {
  return operationLimit(settings) + settings.requestTimeout + GRACE_MS;
}

/**
 * Says until when an operation of this state may still be under way, so that what looks lost may yet be stored.
 *
 * @param before the same state, read earlier.
 * @returns `undefined` once that time is over.
 */
export function unsettledUntil(
  before: StackState,
  state: StackState,
  reached: Iterable<Reached>,
  { minAge, now = () => new Date() }: SettlingOptions,
): Date | undefined {
  const lasting = [...reached].flatMap((it) => ("account" in it ? [longestOperation(it.settings)] : []));
  const until = state.changedAt.getTime() + (minAge ?? Math.max(0, ...lasting));
  const isChanging = state.changedAt.getTime() !== before.changedAt.getTime();
  const present = now().getTime();
  return isChanging || present < until ? new Date(Math.max(until, present)) : undefined;
}
