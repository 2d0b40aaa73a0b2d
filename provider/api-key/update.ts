import { guardAccount } from "../account";
import { KeyError, messageOf, sentence } from "../errors";
import type { Context } from "./context";
import { makeAnew } from "./create";
import { type Attempts, attemptsOf, isYetToBeMade, keysInUse } from "./pending";
import { revokePrevious } from "./previous";
import { rotate } from "./rotate";
import { cutsAtOnce, isPreviousPromised, rotationDue } from "./schedule";
import { clearUp, settle } from "./settle";
import { type ApiKeyInputs, type ApiKeyState, type Outcome, omit, plain } from "./state";

/**
 * Puts right whatever the state lacks, in this order: a key that is yet to be made, lost requests that may have made
 * another, a previous key whose time is over, a rotation that is due. Each step leaves a state from which the next `up`
 * goes on.
 */
export async function update(context: Context, state: ApiKeyState, inputs: ApiKeyInputs): Promise<Outcome> {
  const accountId = await accountFor(context, state, inputs);
  if (isYetToBeMade(state)) {
    const attempts = await clearUpBefore(context, state);
    return makeAnew(context, plain({ ...withoutKey(state), ...inputs, accountId }), attempts);
  }
  const due = rotationDue(state, inputs);
  const rotating = due === undefined ? inputs : state;
  let current: ApiKeyState = plain({
    ...omit(state, "verify", "rotation", "rotateAt"),
    ...{ ...inputs, rotation: rotating.rotation, rotateAt: rotating.rotateAt, accountId },
  });
  // A rotation that was interrupted leaves no mark if the plugin's process was killed.
  const isRotationDropped = state.rotation !== undefined && inputs.rotation === undefined;
  if (state.pendingAction === "settle" || isRotationDropped) {
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

async function accountFor(
  context: Context,
  state: ApiKeyState,
  inputs: ApiKeyInputs,
): Promise<string | undefined> {
  try {
    return await guardAccount(context, { pinned: inputs.accountId, recorded: state.accountId });
  } catch (error) {
    const why = sentence(messageOf(error));
    throw new KeyError(`Could not update the key "${state.name}": ${why} State keeps it as it was.`);
  }
}

/** Revokes whatever earlier attempts have left, before another is made. */
async function clearUpBefore(context: Context, state: ApiKeyState): Promise<Attempts> {
  try {
    return (await clearUp(context, state.uniqueName, attemptsOf(state), keysInUse(state))).attempts;
  } catch (error) {
    throw new KeyError(
      `Could not clear up after an unfinished creation of the key "${state.uniqueName}": ` +
        `${sentence(messageOf(error))} A key of that name may exist and nobody knows its value. ` +
        "State remembers the name: run `pulumi up` again, without --continue-on-error, once PayEngine answers.",
    );
  }
}
