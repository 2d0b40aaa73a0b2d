import type { Reached } from "./accounts";
import type { Unreached } from "./orphans";
import type { RecordedKey, StackState } from "./stack-state";

/**
 * Says why a state's pending operations must stay: clearing them drops the names of keys, so each key must have been
 * looked for where it would be.
 *
 * @param found unique names of which a live key was found, which proves the account.
 * @returns `undefined` where they may be cleared.
 */
export function reasonToKeep(
  state: StackState,
  reached: ReadonlyMap<string, Reached>,
  unreached: readonly Unreached[],
  found: ReadonlySet<string | undefined>,
): string | undefined {
  if (!state.onlyOwnCreations) {
    return "there are pending operations other than creations of keys, which clearing would drop too";
  }
  for (const key of state.keys.filter(({ evidence }) => evidence === "pending operation")) {
    const it = reached.get(key.provider);
    const isUnreached = unreached.some(({ resources }) => resources.includes(key.resource));
    if (it === undefined || "problem" in it || isUnreached) return `${key.resource} could not be looked for`;
    if (isProven(state, key, it.account.id, found)) continue;
    return (
      `it is not proven that ${key.resource} was looked for in the right account; set payengine:accountId, or clear ` +
      "them with `pulumi refresh --clear-pending-creates` when you know it was"
    );
  }
  return undefined;
}

function isProven(
  { keys }: StackState,
  { provider, accountId, uniqueName }: RecordedKey,
  actual: string | undefined,
  found: ReadonlySet<string | undefined>,
): boolean {
  const siblings = keys.filter((key) => key.provider === provider);
  if (found.has(uniqueName) || siblings.some((key) => found.has(key.uniqueName))) return true;
  // Keys of the same provider that were made earlier tell its account.
  const expected = accountId ?? siblings.find((key) => key.accountId !== undefined)?.accountId;
  return expected !== undefined && actual === expected;
}
