import { messageOf, sentence } from "../payengine/errors";
import type { Context } from "./context";
import { accountOrNone, makeAnew } from "./create";
import { KeyError } from "./key-error";
import { type Attempts, attemptsOf, isYetToBeMade, keysInUse } from "./pending";
import { guardPlace, provePlace } from "./place";
import { revokePrevious } from "./previous";
import { rotate } from "./rotate";
import { cutsAtOnce, isPreviousPromised, rotationDue } from "./schedule";
import { clearUp, settle } from "./settle";
import { type ApiKeyInputs, type ApiKeyState, type Outcome, omit, placeFingerprint, plain } from "./state";

/**
 * Puts right whatever the state lacks, in this order: a key that is yet to be made, lost requests that may have made
 * another, a previous key whose time is over, a rotation that is due. Each step leaves a state from which the next `up`
 * goes on.
 */
export async function update(context: Context, state: ApiKeyState, inputs: ApiKeyInputs): Promise<Outcome> {
  await guard(context, state, inputs);
  if (isYetToBeMade(state)) {
    const attempts = await clearUpBefore(context, state);
    const account = await accountOrNone(context, state.uniqueName);
    const maker = { credentialFingerprint: placeFingerprint(context.credential) };
    return makeAnew(context, plain({ ...withoutKey(state), ...inputs, ...account, ...maker }), attempts);
  }
  const due = rotationDue(state, inputs);
  const rotating = due === undefined ? inputs : state;
  let current: ApiKeyState = plain({
    ...omit(state, "verify", "rotation", "rotateAt", "apiUrl", "pinnedAccountId"),
    ...{ ...inputs, rotation: rotating.rotation, rotateAt: rotating.rotateAt },
    // Of a key that has rotated since, its own maker.
    credentialFingerprint: state.credentialFingerprint,
  });
  if (state.pendingAction === "settle" || isRotationDropped(state, inputs)) {
    current = await settle(context, current, attemptsOf(state));
  }
  if (!isPreviousPromised(current, context.now())) current = await revokePrevious(context, current);
  // A key that is cut at once is replaced, by the next `up` where a previous one had to go first.
  const isToRotate = due !== undefined && current.previousKeyId === undefined && !cutsAtOnce(inputs);
  return isToRotate ? rotate(context, current, inputs) : { kind: "complete", state: current };
}

/** What stays of a state whose key is not usable: the previous key may be in use. */
function withoutKey(state: ApiKeyState) {
  const { uniqueName, generation, rotatedAt, previousKeyId, previousToken, previousRevokeAt } = state;
  return { name: uniqueName, generation, rotatedAt, previousKeyId, previousToken, previousRevokeAt };
}

/** A pin that has changed has to be proven, and so has the place of the key. */
async function guard(context: Context, state: ApiKeyState, inputs: ApiKeyInputs): Promise<void> {
  const isSettled = inputs.pinnedAccountId === state.pinnedAccountId && state.pendingAction !== "settle";
  try {
    await guardPlace(context, state);
    if (!isSettled || isRotationDropped(state, inputs)) await provePlace(context, state, []);
  } catch (error) {
    if (error instanceof KeyError) throw error;
    const why = sentence(messageOf(error));
    throw new KeyError(`Could not update the key "${state.name}": ${why} State keeps it as it was.`);
  }
}

/** A rotation that was interrupted leaves no mark if the plugin's process was killed. */
function isRotationDropped(state: ApiKeyState, inputs: ApiKeyInputs): boolean {
  return state.rotation !== undefined && inputs.rotation === undefined;
}

/** Revokes whatever earlier attempts have left, before another is made. */
async function clearUpBefore(context: Context, state: ApiKeyState): Promise<Attempts> {
  try {
    const cleared = await clearUp(context, state.uniqueName, attemptsOf(state), keysInUse(state));
    await provePlace(context, state, [...cleared.kept, ...cleared.revoked]);
    return cleared.attempts;
  } catch (error) {
    throw new KeyError(
      `Could not clear up after an unfinished creation of the key "${state.uniqueName}": ` +
        `${sentence(messageOf(error))} A key of that name may exist and nobody knows its value. ` +
        "State remembers the name: run `pulumi up` again, without --continue-on-error, once PayEngine answers.",
    );
  }
}
