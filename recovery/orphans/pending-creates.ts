import { messageOf } from "../../provider/payengine/errors";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import type { Reachable } from "../accounts";
import { ownersOf } from "../key-owners";
import { longestOperation } from "../operation-time";
import { isProvenPlace, wayToProve } from "../place-proof";
import type { RecordedKey } from "../pulumi/recorded-key";
import type { StackState } from "../pulumi/stack-state";

/** The account where a key was looked up, and the list's keys. */
export interface Looked extends Reachable {
  /** Keys with a name or ID from this state; revoked ones too. */
  readonly keys: readonly PayEngineKey[];
}

/** The lookup of one key, or why it failed. */
export type Look = Looked | { readonly problem: string };

/**
 * Says why a state's pending operations must stay. Clearing them drops key names, so each key must first be looked up in
 * its own account, at a time when it can no longer appear. Creating a hand-made key sends no request, so it is no reason.
 *
 * @param looks the lookup of each key.
 * @returns `undefined` if they may be cleared.
 */
export async function reasonToKeep(
  state: StackState,
  looks: ReadonlyMap<RecordedKey, Look>,
  now: Date,
): Promise<string | undefined> {
  if (!state.onlyOwnOperations) return OTHERS;
  for (const key of state.keys.filter(({ evidence }) => evidence === "pending operation")) {
    const reason = await reasonFor(key, looks.get(key), state, now);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

async function reasonFor(
  key: RecordedKey,
  look: Look | undefined,
  { keys: others, changedAt }: StackState,
  now: Date,
): Promise<string | undefined> {
  const { uniqueName, resource } = key;
  if (look === undefined || "problem" in look)
    return `${resource} could not be checked; fix the problem above, then run this again`;
  const { keys, settings } = look;
  // A live key proves that the request took effect in this account. A revoked key proves only the account, because
  // another attempt may have followed.
  if (keys.some(({ name, isRevoked }) => name === uniqueName && !isRevoked)) return undefined;
  const owner = ownersOf([key]);
  try {
    const isFound = keys.some(({ name }) => owner(name) !== undefined);
    const shown = new Set(keys.map(({ id }) => id));
    if (!isFound && !(await isProvenPlace(key, look, others, shown))) return unproven(key);
  } catch (error) {
    return `could not prove that ${resource} was requested in this account: ${messageOf(error)}`;
  }
  const until = new Date(changedAt.getTime() + longestOperation(settings));
  if (now >= until) return undefined;
  return `a request for ${resource} may still take effect until ${until.toISOString()}; run this again after that`;
}

const OTHERS =
  "other resources have pending operations too, which clearing would drop; run `pulumi refresh` at a terminal, resolve " +
  "those, and skip the keys; then run this again";

function unproven(key: RecordedKey): string {
  return (
    `nothing proves that ${key.resource} was requested in the account that was checked; ${wayToProve(key)}, or, if you ` +
    "know that it was, clear them with `pulumi refresh --clear-pending-creates`"
  );
}
