import { guardAccount } from "../account";
import { KeyError, messageOf, sentence } from "../errors";
import type { Context } from "./context";
import { issueKey } from "./issue";
import { attemptsOf, lostLatest } from "./pending";
import { type ApiKeyInputs, type ApiKeyState, type Outcome, omit } from "./state";
import { revoke } from "./strays";

/** Makes the key and hands its one-time value over, or makes sure that no live key is left that nobody knows. */
export async function create(context: Context, inputs: ApiKeyInputs): Promise<Outcome> {
  const accountId = await accountFor(context, inputs);
  try {
    return await handOver(context, await issueKey(context, inputs, accountId));
  } finally {
    await context.watchdog.forget(inputs.uniqueName);
  }
}

async function accountFor(context: Context, inputs: ApiKeyInputs): Promise<string | undefined> {
  try {
    return await guardAccount(context, { pinned: inputs.accountId });
  } catch (error) {
    const why = sentence(messageOf(error));
    throw new KeyError(`Could not create the key "${inputs.uniqueName}": ${why} No key was made.`);
  }
}

/**
 * Gives a result back only while there is an engine to store it. When the engine has died, the key that was just made
 * would be known to nobody: it is revoked.
 *
 * A signal to stop also counts as its end, and then somebody may still listen: what is not certainly gone is handed
 * over as unfinished.
 */
export async function handOver(context: Context, outcome: Outcome): Promise<Outcome> {
  const { keyId, name } = outcome.state;
  if (outcome.kind === "unfinished" || keyId === undefined) return outcome;
  if (!(await context.engine.isGone())) return outcome;
  const gone = `Pulumi's engine ended before it could store the key "${name}"`;
  try {
    const isRevoked = await revoke(context.api, keyId);
    if (isRevoked && outcome.state.lostAttempts === undefined) throw new KeyError(`${gone}; it was revoked.`);
    return withoutToken(
      context,
      outcome.state,
      `${gone}, and it is not certain that none of that name lives.`,
    );
  } catch (error) {
    if (error instanceof KeyError) throw error;
    const why = `it could not be revoked: ${sentence(messageOf(error))} It may work, and nobody knows its value.`;
    return withoutToken(context, outcome.state, `${gone}, and ${why}`);
  }
}

function withoutToken(context: Context, state: ApiKeyState, why: string): Outcome {
  const { made, lost, settleAfter } = lostLatest(context, attemptsOf(state));
  return {
    kind: "unfinished",
    state: {
      ...omit(state, "token", "fingerprint"),
      ...{ pendingAction: "create", attempts: made, lostAttempts: [...lost], settleAfter },
    },
    reason: `${why} State remembers it: run \`pulumi up\` again, or \`pulumi destroy\`.`,
  };
}
