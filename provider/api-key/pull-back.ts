import type { Context } from "./context";
import { reconcileTime } from "./journal";
import { isPreviousPromised, nextRotateAt, withPromise } from "./rotation";
import type { ApiKeyState } from "./schema";
import { plain } from "./state";

/**
 * The state with no time further ahead than its own rule allows, where a machine whose clock was ahead has written it. Each
 * change is said.
 */
export function pulledBack(context: Context, state: ApiKeyState, now: Date): ApiKeyState {
  const reconcileAfter = reconcileTime(context, state.reconcileAfter);
  const { previousRevokeAt, rotatedAt } = withPromise(state, now);
  const onGrid = nextRotateAt(state, state.rotation, { now, isPreview: false });
  // One that is over stays so until the key has rotated.
  const isAhead = Date.parse(onGrid ?? "") < Date.parse(state.rotateAt ?? "");
  const rotateAt = isAhead ? onGrid : state.rotateAt;
  const pulled = plain({ ...state, reconcileAfter, previousRevokeAt, rotatedAt, rotateAt });
  for (const property of ["reconcileAfter", "previousRevokeAt", "rotateAt"] as const) {
    if (pulled[property] === state[property]) continue;
    context.warn(
      `warning: ${state.name}: ${property} was ${state[property]}, which is further ahead than it may be: a machine whose ` +
        `clock was ahead wrote it. It is ${pulled[property]} now.`,
    );
  }
  return pulled;
}

/** What to say where this machine's clock lets the key rotate and PayEngine's does not. */
export function notDue(state: ApiKeyState, now: Date): string {
  const { name, rotateAt, previousRevokeAt } = state;
  const why = isPreviousPromised(state, now)
    ? `the key before it is promised to work until ${previousRevokeAt}`
    : `it is not to rotate before ${rotateAt}`;
  return `warning: ${name}: by PayEngine's clock ${why}. It was not rotated.`;
}
