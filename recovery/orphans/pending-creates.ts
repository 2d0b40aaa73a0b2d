import { messageOf } from "../../provider/payengine/errors";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import type { Reachable } from "../accounts";
import { ownersOf } from "../key-owners";
import { longestOperation } from "../operation-time";
import { isProvenPlace, wayToProve } from "../place-proof";
import type { RecordedKey, StackState } from "../pulumi/stack-state";

/** Where a key was looked for, and what the list showed. */
export interface Looked extends Reachable {
  /** Keys with a name of this state, and keys that it holds; revoked ones too. */
  readonly keys: readonly PayEngineKey[];
}

/** A look for one key, or why there was none. */
export type Look = Looked | { readonly problem: string };

/**
 * Says why a state's pending operations must stay: clearing them drops the names of keys, so each key must have been
 * looked for where it would be, when it could no longer appear. The creation of a key that people make asks PayEngine
 * for nothing: it keeps nothing back.
 *
 * @param looks what the look for each key has shown.
 * @returns `undefined` where they may be cleared.
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
    return `${resource} could not be looked for; put right what is in the way, then run this again`;
  const { keys, settings } = look;
  // The key that was asked for is there: the request has had its effect, and it was in this account. A revoked one only
  // proves the account, since whoever revoked it may have asked for another.
  if (keys.some(({ name, isRevoked }) => name === uniqueName && !isRevoked)) return undefined;
  const owner = ownersOf([key]);
  try {
    const isFound = keys.some(({ name }) => owner(name) !== undefined);
    const shown = new Set(keys.map(({ id }) => id));
    if (!isFound && !(await isProvenPlace(key, look, others, shown))) return unproven(key);
  } catch (error) {
    return `nothing could prove that ${resource} was asked for in this account: ${messageOf(error)}`;
  }
  const until = new Date(changedAt.getTime() + longestOperation(settings));
  if (now >= until) return undefined;
  return `a request for ${resource} may still take effect until ${until.toISOString()}; run this again after that`;
}

const OTHERS =
  "there are pending operations on other resources than keys, which clearing would drop too; run `pulumi refresh` at a " +
  "terminal, which asks about each, and let it skip the keys; then run this again";

function unproven(key: RecordedKey): string {
  return (
    `it is not proven that ${key.resource} was asked for in the account where it was looked for; ${wayToProve(key)}, or ` +
    "clear them with `pulumi refresh --clear-pending-creates` if you know that it was"
  );
}
