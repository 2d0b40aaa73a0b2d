import type { Reached } from "./accounts";
import { ownersOf } from "./key-owners";
import { longestOperation } from "./settling";
import type { RecordedKey, StackState } from "./stack-state";
import { isDefault } from "./state-source";

/**
 * Says why a state's pending operations must stay: clearing them drops the names of keys, so each key must have been
 * looked for where it would be, when it could no longer appear.
 *
 * @param problems why keys could not be looked for.
 * @param found names of the live keys that were found.
 * @returns `undefined` where they may be cleared.
 */
export function reasonToKeep(
  state: StackState,
  reached: ReadonlyMap<string, Reached>,
  problems: ReadonlyMap<RecordedKey, string>,
  found: readonly string[],
  now: Date,
): string | undefined {
  if (!state.onlyOwnCreations) return OTHERS;
  const pending = state.keys.filter(({ evidence }) => evidence === "pending operation");
  const owner = ownersOf(pending);
  const names = new Set(found);
  const proven = new Set(found.map((name) => owner(name)?.uniqueName));
  for (const key of pending) {
    const { resource, uniqueName } = key;
    const it = reached.get(key.provider);
    if (it === undefined || "problem" in it || problems.has(key)) {
      return `${resource} could not be looked for; put right what is in the way, then run this again`;
    }
    // The key that was asked for is there: the request has had its effect, and it was in this account.
    if (names.has(uniqueName)) continue;
    // What state and config name, the credential has been held against. Another key of the same provider proves
    // nothing: it may have been made with another credential.
    const isProven = (key.accountId ?? it.settings.accountId) !== undefined || proven.has(uniqueName);
    if (!isProven) return unproven(key, it.account.id);
    const until = new Date(state.changedAt.getTime() + longestOperation(it.settings));
    if (now < until) {
      return `a request for ${resource} may still take effect until ${until.toISOString()}; run this again after that`;
    }
  }
  return undefined;
}

const OTHERS =
  "there are pending operations other than creations of keys, which clearing would drop too; run `pulumi refresh` at a " +
  "terminal, which asks about each, and let it skip the keys; then run this again";

function unproven({ resource, provider }: RecordedKey, actual: string | undefined): string {
  const account = actual === undefined ? "" : ` (${actual})`;
  // The settings of an explicit provider stand in state, and change only with an update.
  const pin =
    isDefault(provider) && actual !== undefined
      ? "set payengine:accountId to the one that is right, or "
      : "";
  return (
    `it is not proven that ${resource} was asked for in the account where it was looked for${account}; ${pin}clear them ` +
    "with `pulumi refresh --clear-pending-creates` if you know that it was"
  );
}
