import { messageOf, sentence } from "../payengine/errors";
import { type Context, KeyError } from "./context";
import { reconcileTime } from "./journal";
import { isPreviousPromised, nextRotateAt, onTime, rotationDue, withPromise } from "./rotation";
import type { ApiKeyInputs, ApiKeyState } from "./schema";
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

/**
 * A key that is cut at once is replaced where this machine's clock says so, and that may be wrong: PayEngine's decides
 * before the next one is made.
 *
 * @param replaced the rotation for which a key is made.
 * @throws KeyError where it is not due by PayEngine's clock, or that is not known.
 */
export async function requireDue(
  context: Context,
  replaced: { readonly state: ApiKeyState; readonly inputs: ApiKeyInputs } | undefined,
): Promise<void> {
  if (replaced === undefined) return;
  const { state, inputs } = replaced;
  const refusal = (why: string) =>
    new KeyError(
      `The key "${state.name}" was not replaced: ${why} No key was made. Run \`pulumi up\` again.`,
    );
  const now = await context.askTime().catch((error: unknown) => {
    throw refusal(sentence(messageOf(error)));
  });
  if (rotationDue(state, onTime(inputs, now, state)) !== undefined) return;
  throw refusal(
    `by PayEngine's clock it is not to rotate before ${state.rotateAt}, so this machine's clock is wrong. Set it.`,
  );
}
