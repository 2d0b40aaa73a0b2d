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
import { asPrevious, plain, withJournal, withKey, withoutPrevious } from "./state";
import { isLive, refuseSelfRevocation, revokeIfFound, sweepBeside } from "./sweep";

/** Fields for rotation, in inputs and in state. */
export type Rotating = Pick<ApiKeyInputs, "rotation" | "rotateAt">;

/**
 * When a key rotates next, on a grid of whole periods so that a preview and a later update agree.
 *
 * @param earlier the values of the last update.
 * @returns ISO 8601. Unknown in a preview without an earlier grid: a time that depends on the moment would break the plan.
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
  // A start in the future, beyond the tolerance, was written by a clock that was ahead.
  const latestBegin = now.getTime() + LARGEST_SKEW_MS;
  const isAhead = begun > latestBegin;
  const passed = isAhead
    ? Math.floor((latestBegin - begun) / length)
    : Math.max(0, Math.floor((now.getTime() - begun) / length));
  return new Date(begun + (passed + 1) * length).toISOString();
}

/**
 * The inputs with the next rotation by another clock than check's, on the same grid, so that every machine with the right
 * time computes the same.
 *
 * @param earlier the values in state, if it holds a key.
 */
export function onTime(inputs: ApiKeyInputs, now: Date, earlier: Rotating = inputs): ApiKeyInputs {
  if (inputs.rotateAt === undefined) return inputs;
  const grid = earlier.rotateAt === undefined ? inputs : earlier;
  return { ...inputs, rotateAt: nextRotateAt(grid, inputs.rotation, { now, isPreview: false }) };
}

/** Start of the current period, in milliseconds since 1970; undefined if there is none or it is unknown. */
function periodStart({ rotation, rotateAt }: Rotating): number | undefined {
  const { period } = rotationOf({ rotation }) ?? {};
  const begun = Date.parse(rotateAt ?? "") - milliseconds(period ?? "");
  return Number.isNaN(begun) ? undefined : begun;
}

/** The rotation arguments, if they are known. */
export function rotationOf({ rotation }: Pick<Rotating, "rotation">): Rotation | undefined {
  return rotation === UNKNOWN ? undefined : rotation;
}

/**
 * Why the key in state must rotate: the triggers changed, or a period has ended.
 *
 * State keeps the rotation arguments and `rotateAt` of the last key that was created, so a failed rotation stays due. A
 * period that was just added starts now.
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

/** Whether the overlap is "0s", which replaces the resource. */
export function cutsAtOnce(inputs: Rotating): boolean {
  const { overlap } = rotationOf(inputs) ?? {};
  return overlap !== undefined && milliseconds(overlap) === 0;
}

/** Whether any trigger is unknown. */
export function hasUnknownTriggers(inputs: Rotating): boolean {
  const { triggers } = rotationOf(inputs) ?? {};
  return JSON.stringify(triggers ?? null).includes(UNKNOWN);
}

/** Whether a previous key must still work. */
export function isPreviousPromised(state: ApiKeyState, now: Date): boolean {
  const { previousRevokeAt } = state;
  return hasPrevious(state) && previousRevokeAt !== undefined && now < new Date(previousRevokeAt);
}

/**
 * The state with an end of overlap that is limited to the overlap's length from now, in case a machine whose clock was
 * ahead rotated the key.
 */
export function withPromise(state: ApiKeyState, now: Date): ApiKeyState {
  const { rotatedAt, previousRevokeAt } = state;
  if (!isRotatedAhead(state, now)) return state;
  const overlap = Date.parse(previousRevokeAt ?? "") - Date.parse(rotatedAt ?? "");
  const end = new Date(now.getTime() + overlap);
  return { ...state, rotatedAt: now.toISOString(), previousRevokeAt: end.toISOString() };
}

/** Whether the last rotation, whose previous key is kept, is in the future. */
export function isRotatedAhead(state: ApiKeyState, now: Date): boolean {
  return hasPrevious(state) && Date.parse(state.rotatedAt ?? "") - now.getTime() > LARGEST_SKEW_MS;
}

/** Whether state holds a previous key. One from the dashboard has no ID. */
export function hasPrevious({ previousKeyId, previousToken }: ApiKeyState): boolean {
  return previousKeyId !== undefined || previousToken !== undefined;
}

/**
 * Creates the next key; the key in use becomes the previous one. After any failure the key in use stays in state and is
 * unchanged, and the rotation stays due.
 *
 * @param inUse the state to keep if no new key is created.
 */
export async function rotate(
  context: Context,
  inUse: ApiKeyState,
  { rotation, rotateAt }: Rotating,
): Promise<Outcome> {
  const { uniqueName, name, type, verify } = inUse;
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
      ...asPrevious(inUse, new Date(now.getTime() + overlap)),
      credentialFingerprint: shortFingerprint(context.settings.credential),
    };
    return { kind: "complete", state: withKey(rotated, issuance) };
  }
  const untouched = `${issuance.reason} The key in use, "${name}", is unchanged.`;
  const isFirst = issuance.journal.latestName === first;
  if (issuance.kind === "refused" && isFirst) throw new KeyError(untouched);
  return {
    kind: "unfinished",
    state: withJournal(inUse, afterLag(issuance.journal), "reconcile"),
    reason: `${untouched} State keeps the new name: run \`pulumi up\` again to revoke what is left and rotate.`,
  };
}

/** Revokes keys of the next generation that are not in state: an interrupted rotation left them. */
async function sweepBefore(context: Context, inUse: ApiKeyState): Promise<Journal> {
  try {
    await refuseSelfRevocation(context, inUse, { which: "current", doing: "rotating" });
    const { journal, kept } = await sweepBeside(context, inUse);
    await provePlace(context, inUse, kept);
    return journal;
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not look for leftover keys of an interrupted rotation of "${inUse.name}": ` +
        `${sentence(messageOf(error))} The key in use is unchanged: run \`pulumi up\` again.`,
    );
  }
}

/** A list that shows the key in use may not show a newer one yet. */
function afterLag(journal: Journal): Journal {
  const { reconcileAfter } = journal;
  if (reconcileAfter === undefined) return journal;
  return { ...journal, reconcileAfter: new Date(Date.parse(reconcileAfter) + LAG_MS).toISOString() };
}

/**
 * Revokes the previous key after its overlap.
 *
 * @param held IDs of keys that another resource holds; they are not revoked.
 * @throws KeyError if it may still be active.
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
      `Could not revoke the previous key of "${state.name}" (${previousKeyId}), whose overlap ends at ` +
        `${previousRevokeAt} and which may still work: ${sentence(messageOf(error))} The key stays in state: run this again.`,
    );
  }
  return withoutPrevious(state);
}

/**
 * Proves that a previous key which PayEngine cannot find is gone: PayEngine shows the newer key, so the account is right. If
 * the newer key is gone too, the proof is the same as for any key.
 *
 * @throws Error if it is not proven.
 */
export async function provePreviousGone(context: Context, state: ApiKeyState): Promise<void> {
  const { keyId, previousKeyId, previousToken: token } = state;
  if (keyId === undefined || !(await isLive(context.client, keyId))) {
    await proveGone(context, plain({ ...state, keyId: previousKeyId, token }));
  } else if (state.type !== "public" && token !== undefined) await requireDeadValue(context, state, token);
}
