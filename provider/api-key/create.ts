import { guardAccount } from "../account";
import { KeyError, messageOf, sentence } from "../errors";
import type { Context } from "./context";
import { issueKey } from "./issue";
import type { ApiKeyInputs, Outcome } from "./state";
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
 */
export async function handOver(context: Context, outcome: Outcome): Promise<Outcome> {
  const { keyId, name } = outcome.state;
  if (!(await context.engine.isGone())) return outcome;
  const gone = `Pulumi's engine ended before it could store the key "${name}"`;
  if (keyId === undefined)
    throw new KeyError(`${gone}. ${outcome.kind === "unfinished" ? outcome.reason : ""}`);
  try {
    await revoke(context.api, keyId);
  } catch (error) {
    throw new KeyError(
      `${gone}, and it could not be revoked: ${sentence(messageOf(error))} The pending operation in state names it.`,
    );
  }
  throw new KeyError(`${gone}; it was revoked.`);
}
