import { guardAccount } from "../account";
import { KeyError, messageOf, sentence } from "../errors";
import type { Context } from "./context";
import { handOver } from "./hand-over";
import { issueKey } from "./issue";
import type { ApiKeyInputs, Outcome } from "./state";

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
