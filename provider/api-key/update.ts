import { guardAccount } from "../account";
import { KeyError, messageOf, sentence } from "../errors";
import type { Context } from "./context";
import { handOver } from "./hand-over";
import { clearUp, issueKey, settle } from "./issue";
import { type Attempts, attemptsOf, isYetToBeMade } from "./pending";
import { type ApiKeyInputs, type ApiKeyState, type Outcome, omit, plain } from "./state";

/**
 * Puts right whatever the state lacks: a key that is yet to be made, or lost requests that may have made a second.
 * Each step leaves a state from which the next `up` goes on.
 */
export async function update(context: Context, state: ApiKeyState, inputs: ApiKeyInputs): Promise<Outcome> {
  const accountId = await accountFor(context, state, inputs);
  if (isYetToBeMade(state)) {
    const attempts = await clearUpBefore(context, state);
    return handOver(context, await issueKey(context, inputs, accountId, attempts));
  }
  const current = plain({ ...omit(state, "verify"), ...inputs, accountId });
  if (state.pendingAction === "settle") return settle(context, current, attemptsOf(state));
  return { kind: "complete", state: current };
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
    return await clearUp(context, state.uniqueName, attemptsOf(state), state.keyId);
  } catch (error) {
    throw new KeyError(
      `Could not clear up after an unfinished creation of the key "${state.uniqueName}": ` +
        `${sentence(messageOf(error))} A key of that name may exist and nobody knows its value. ` +
        "State remembers the name: run `pulumi up` again, without --continue-on-error, once PayEngine answers.",
    );
  }
}
