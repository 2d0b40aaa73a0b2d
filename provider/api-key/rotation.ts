import { isDeepStrictEqual } from "node:util";
import { milliseconds } from "../payengine/duration";
import { messageOf, sentence } from "../payengine/errors";
import { shortFingerprint } from "../payengine/key-value";
import { LARGEST_SKEW_MS } from "../payengine/server-clock";
import { type Context, KeyError, UNKNOWN } from "./context";
import { issueKey } from "./issue-key";
import { type Journal, keysInUse, LAG_MS } from "./journal";
import { nextName } from "./names";
import { proveGone, provePlace, requireDeadValue } from "./proof";
import type { ApiKeyInputs, ApiKeyState, Outcome, Rotation } from "./schema";
import { plain, withJournal, withKey, withoutPrevious } from "./state";
import { isLive, refuseSelfRevocation, revokeIfFound, sweepBeside } from "./sweep";

/** What rotation depends on, in inputs and in state. */
export type Rotating = Pick<ApiKeyInputs, "rotation" | "rotateAt">;

/**
 * When a key rotates next: on a grid of whole periods, so that a preview and the update after it agree, however late
 * an update comes.
 *
 * @param earlier what was in force at the last update.
 * @returns ISO 8601; unknown where a preview has no earlier grid: what depends on the moment breaks its plan.
 */
export function nextRotateAt(
  earlier: Rotating,
  rotation: Rotating["rotation"],
  { now, isPreview }: { readonly now: Date; readonly isPreview: boolean },
): string | undefined {
  if (rotation === UNKNOWN) return UNKNOWN;
  const period = rotation?.period;
  if (period === undefined) return undefined;
  const length = milliseconds(period);
  if (Number.isNaN(length)) return UNKNOWN;
  const begun = periodStart(earlier);
  if (begun === undefined) return isPreview ? UNKNOWN : new Date(now.getTime() + length).toISOString();
  // A period that is yet to begin was written by a clock that was ahead, unless it only just begins.
  const latestBegin = now.getTime() + LARGEST_SKEW_MS;
  const isAhead = begun > latestBegin;
  const passed = isAhead
    ? Math.floor((latestBegin - begun) / length)
    : Math.max(0, Math.floor((now.getTime() - begun) / length));
  return new Date(begun + (passed + 1) * length).toISOString();
}

/**
 * The inputs with their next rotation by another clock than the one that check went by. On the same grid, so that every
 * machine with the right time comes to the same.
 *
 * @param earlier what is in force, where state holds a key.
 */
export function onTime(inputs: ApiKeyInputs, now: Date, earlier: Rotating = inputs): ApiKeyInputs {
  if (inputs.rotateAt === undefined) return inputs;
  const grid = earlier.rotateAt === undefined ? inputs : earlier;
  return { ...inputs, rotateAt: nextRotateAt(grid, inputs.rotation, { now, isPreview: false }) };
}

/** When the period under way began, in milliseconds since 1970; undefined where there is none or it is not known. */
function periodStart({ rotation, rotateAt }: Rotating): number | undefined {
  const { period } = rotationOf({ rotation }) ?? {};
  const begun = Date.parse(rotateAt ?? "") - milliseconds(period ?? "");
  return Number.isNaN(begun) ? undefined : begun;
}

/** The rotation that is asked for, if it is known. */
export function rotationOf({ rotation }: Pick<Rotating, "rotation">): Rotation | undefined {
  return rotation === UNKNOWN ? undefined : rotation;
}

/**
 * Says why the key in state has to give way to the next one: the program changed the triggers, or a period has ended.
 *
 * State keeps the rotation arguments and `rotateAt` of the last key that was made, so a rotation that failed stays due.
 * A period that was only just added starts now.
 */
export function rotationDue(state: Rotating, inputs: Rotating): "triggers" | "rotateAt" | undefined {
  const before = rotationOf(state);
  const asked = rotationOf(inputs);
  if (before === undefined || asked === undefined) return undefined;
  const isTriggered = asked.triggers !== undefined && !isDeepStrictEqual(before.triggers, asked.triggers);
  if (isTriggered) return "triggers";
  const begun = periodStart(inputs);
  return begun !== undefined && begun > (periodStart(state) ?? begun) ? "rotateAt" : undefined;
}

/** Says whether the old key is to be cut at once, which replaces the resource. */
export function cutsAtOnce(inputs: Rotating): boolean {
  const { overlap } = rotationOf(inputs) ?? {};
  return overlap !== undefined && milliseconds(overlap) === 0;
}

/** Says whether something of the triggers is not known yet. */
export function hasUnknownTriggers(inputs: Rotating): boolean {
  const { triggers } = rotationOf(inputs) ?? {};
  return JSON.stringify(triggers ?? null).includes(UNKNOWN);
}

/** Says whether a previous key is still promised to work. */
export function isPreviousPromised(state: ApiKeyState, now: Date): boolean {
  const { previousRevokeAt } = state;
  return hasPrevious(state) && previousRevokeAt !== undefined && now < new Date(previousRevokeAt);
}

/**
 * The state with a promise for the previous key that is no longer than the overlap it was given: a rotation by a machine
 * whose clock was ahead promised more.
 */
export function withPromise(state: ApiKeyState, now: Date): ApiKeyState {
  const { rotatedAt, previousRevokeAt } = state;
  if (!isRotatedAhead(state, now)) return state;
  const overlap = Date.parse(previousRevokeAt ?? "") - Date.parse(rotatedAt ?? "");
  const end = new Date(now.getTime() + overlap);
  return { ...state, rotatedAt: now.toISOString(), previousRevokeAt: end.toISOString() };
}

/** Says whether a rotation that still keeps a previous key was made later than now. */
export function isRotatedAhead(state: ApiKeyState, now: Date): boolean {
  return hasPrevious(state) && Date.parse(state.rotatedAt ?? "") - now.getTime() > LARGEST_SKEW_MS;
}

/** Says whether state holds the key before this one; one made by hand has no id. */
export function hasPrevious({ previousKeyId, previousToken }: ApiKeyState): boolean {
  return previousKeyId !== undefined || previousToken !== undefined;
}

/**
 * Makes the next key beside the one in use, which then is the previous one. Whatever goes wrong, the key in use stays
 * in state and untouched, and the rotation stays due.
 *
 * @param inUse the state as it is to stay if there is no new key.
 */
export async function rotate(
  context: Context,
  inUse: ApiKeyState,
  { rotation, rotateAt }: Rotating,
): Promise<Outcome> {
  const { uniqueName, name, type, verify, token, keyId } = inUse;
  const generation = (inUse.generation ?? 1) + 1;
  const overlap = milliseconds(rotationOf({ rotation })?.overlap ?? "0s");
  const journal = await sweepBefore(context, inUse);
  const first = nextName(uniqueName, journal.latestName, generation);
  const goal = `rotate the key "${name}" to "${first}"`;
  const keep = keysInUse(inUse);
  const issuance = await issueKey(context, { uniqueName, type, verify, generation, keep, journal, goal });
  if (issuance.kind === "issued") {
    const now = context.now();
    const rotated: ApiKeyState = {
      ...inUse,
      rotation,
      rotateAt,
      rotatedAt: now.toISOString(),
      previousKeyId: keyId,
      previousToken: token,
      previousRevokeAt: new Date(now.getTime() + overlap).toISOString(),
      credentialFingerprint: shortFingerprint(context.settings.credential),
    };
    return { kind: "complete", state: withKey(rotated, issuance) };
  }
  const untouched = `${issuance.reason} The key in use, "${name}", was not touched.`;
  const isFirst = issuance.journal.latestName === first;
  if (issuance.kind === "refused" && isFirst) throw new KeyError(untouched);
  return {
    kind: "unfinished",
    state: withJournal(inUse, afterLag(issuance.journal), "reconcile"),
    reason: `${untouched} State remembers the name: run \`pulumi up\` again to clear up and rotate.`,
  };
}

/** A key of the next generation that state does not know is what an interrupted rotation has left. */
async function sweepBefore(context: Context, inUse: ApiKeyState): Promise<Journal> {
  try {
    await refuseSelfRevocation(context, inUse, { which: "current", doing: "rotating" });
    const { journal, kept } = await sweepBeside(context, inUse);
    await provePlace(context, inUse, kept);
    return journal;
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not look for what an interrupted rotation of the key "${inUse.name}" may have left: ` +
        `${sentence(messageOf(error))} The key in use was not touched: run \`pulumi up\` again.`,
    );
  }
}

/** That the list shows the key in use does not tell whether it shows a newer one: that takes time. */
function afterLag(journal: Journal): Journal {
  const { reconcileAfter } = journal;
  if (reconcileAfter === undefined) return journal;
  return { ...journal, reconcileAfter: new Date(Date.parse(reconcileAfter) + LAG_MS).toISOString() };
}

/**
 * Revokes the previous key, whose time is over.
 *
 * @param held ids of keys that another resource holds, and that stay.
 * @throws KeyError where it may live on.
 */
export async function revokePrevious(
  context: Context,
  state: ApiKeyState,
  held: ReadonlySet<string> = new Set(),
): Promise<ApiKeyState> {
  const { previousKeyId, previousRevokeAt } = state;
  if (previousKeyId === undefined || held.has(previousKeyId)) return state;
  try {
    await refuseSelfRevocation(context, state, { which: "previous", doing: "revoking" });
    const isFound = await revokeIfFound(context.client, previousKeyId);
    if (!isFound) await provePreviousGone(context, state);
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not revoke the previous key of "${state.name}" (${previousKeyId}), which was to work until ` +
        `${previousRevokeAt} and may still do: ${sentence(messageOf(error))} State keeps it: run this again.`,
    );
  }
  return withoutPrevious(state);
}

/**
 * Proves that the previous key, which PayEngine does not find, is gone: it finds the newer one, so the credential looks
 * at the right place. Where that one is gone too, the proof is the same as for any key.
 *
 * @throws Error where it is not proven.
 */
export async function provePreviousGone(context: Context, state: ApiKeyState): Promise<void> {
  const { keyId, previousKeyId, previousToken: token } = state;
  if (keyId === undefined || !(await isLive(context.client, keyId))) {
    await proveGone(context, plain({ ...state, keyId: previousKeyId, token }));
  } else if (state.type !== "public" && token !== undefined) await requireDeadValue(context, state, token);
}
