import { messageOf, sentence } from "../payengine/errors";
import { type Context, KeyError } from "./context";
import { reconcileTime } from "./journal";
import { isPreviousPromised, nextRotateAt, onTime, rotationDue, withPromise } from "./rotation";
import type { ApiKeyInputs, ApiKeyState } from "./schema";
import { plain } from "./state";

/**
 * The state with its times limited, in case a machine whose clock was ahead wrote them. Warns of each change.
 */
export function pulledBack(context: Context, state: ApiKeyState, now: Date): ApiKeyState {
  const reconcileAfter = reconcileTime(context, state.reconcileAfter);
  const { previousRevokeAt, rotatedAt } = withPromise(state, now);
  const onGrid = nextRotateAt(state, state.rotation, { now, isPreview: false });
  // A time in the past stays until the key has rotated.
  const isAhead = Date.parse(onGrid ?? "") < Date.parse(state.rotateAt ?? "");
  const rotateAt = isAhead ? onGrid : state.rotateAt;
  const pulled = plain({ ...state, reconcileAfter, previousRevokeAt, rotatedAt, rotateAt });
  for (const property of ["reconcileAfter", "previousRevokeAt", "rotateAt"] as const) {
    if (pulled[property] === state[property]) continue;
    context.warn(
      `warning: ${state.name}: ${property} was ${state[property]}, which is too far in the future: a machine whose clock was ` +
        `ahead wrote it. It is now ${pulled[property]}.`,
    );
  }
  return pulled;
}

/** The warning if a rotation is due by this machine's clock but not by PayEngine's. */
export function notDue(state: ApiKeyState, now: Date): string {
  const { name, rotateAt, previousRevokeAt } = state;
  const why = isPreviousPromised(state, now)
    ? `the previous key must work until ${previousRevokeAt}`
    : `the rotation is not due before ${rotateAt}`;
  return `warning: ${name}: by PayEngine's clock, ${why}. The key was not rotated.`;
}

/**
 * With overlap "0s", this machine's clock decides in diff that the key is replaced. Before the next key is created,
 * PayEngine's clock must agree.
 *
 * @param replaced the rotation for which a key is created.
 * @throws KeyError if it is not due by PayEngine's clock, or that clock is unknown.
 */
export async function requireDue(
  context: Context,
  replaced: { readonly state: ApiKeyState; readonly inputs: ApiKeyInputs } | undefined,
): Promise<void> {
  if (replaced === undefined) return;
  const { state, inputs } = replaced;
  const refusal = (why: string) =>
    new KeyError(
      `The key "${state.name}" was not replaced: ${why} No key was created. Run \`pulumi up\` again.`,
    );
  const now = await context.askTime().catch((error: unknown) => {
    throw refusal(sentence(messageOf(error)));
  });
  if (rotationDue(state, onTime(inputs, now, state)) !== undefined) return;
  throw refusal(
    `by PayEngine's clock, the rotation is not due before ${state.rotateAt}, so this machine's clock is wrong. Set the clock.`,
  );
}
