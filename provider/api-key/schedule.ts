import { isDeepStrictEqual } from "node:util";
import { UNKNOWN } from "../config";
import { milliseconds } from "../duration";
import type { ApiKeyInputs, ApiKeyState, Rotation } from "./state";

/** What rotation depends on, in inputs and in state. */
export type Rotating = Pick<ApiKeyInputs, "rotation" | "rotateAt">;

/**
 * When a key rotates next: on a grid of whole periods, so that a preview and the update after it agree, however late
 * an update comes.
 *
 * @param earlier what was in force at the last update.
 * @param isPreview nothing that depends on the moment may be said then, or the plan would not hold.
 * @returns ISO 8601; unknown where a preview has no earlier grid.
 */
export function nextRotateAt(
  earlier: Rotating,
  rotation: Rotating["rotation"],
  now: Date,
  isPreview: boolean,
): string | undefined {
  if (rotation === UNKNOWN) return UNKNOWN;
  const period = rotation?.period;
  if (period === undefined) return undefined;
  const length = milliseconds(period);
  if (Number.isNaN(length)) return UNKNOWN;
  const begun = periodStart(earlier);
  if (begun === undefined) return isPreview ? UNKNOWN : new Date(now.getTime() + length).toISOString();
  const periods = Math.max(1, Math.floor((now.getTime() - begun) / length) + 1);
  return new Date(begun + periods * length).toISOString();
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
 * Arguments that were only just added start now and are no reason.
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

/** Says whether state holds the key before this one; one made by hand has no id. */
export function hasPrevious({ previousKeyId, previousToken }: ApiKeyState): boolean {
  return previousKeyId !== undefined || previousToken !== undefined;
}
