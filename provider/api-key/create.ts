import { messageOf, sentence } from "../payengine/errors";
import type { Context } from "./context";
import { KeyError } from "./key-error";
import { makeKey } from "./make";
import { type Attempts, leftNothing, NO_ATTEMPTS, remembered } from "./pending";
import { type AccountFields, accountFields } from "./place";
import { type ApiKeyInputs, type ApiKeyState, issuedFields, type Outcome, plain } from "./state";

/** Makes the key and hands its one-time value over, or makes sure that no live key is left whose value is lost. */
export async function create(context: Context, inputs: ApiKeyInputs): Promise<Outcome> {
  const account = await accountOrNone(context, inputs.uniqueName);
  try {
    return await makeAnew(context, plain({ ...inputs, name: inputs.uniqueName, ...account }), NO_ATTEMPTS);
  } finally {
    await context.watchdog.forget(inputs.uniqueName);
  }
}

/**
 * Makes the key of a resource that has none in use.
 *
 * @param state what stands in state beside the key.
 * @throws KeyError where no key was made, or none was left, and nothing has to be remembered.
 */
export function makeAnew(context: Context, state: ApiKeyState, before: Attempts): Promise<Outcome> {
  const { uniqueName, type, verify, generation = 1, previousKeyId } = state;
  const isCreation = before.latest === undefined;
  return makeKey(context, {
    ...{ uniqueName, type, verify, generation, before, isCreation },
    goal: `create the key "${uniqueName}"`,
    keep: previousKeyId === undefined ? [] : [previousKeyId],
    accept: (key) => ({ ...state, ...issuedFields(uniqueName, key) }),
    giveUp: ({ reason, attempts }) => {
      if (isCreation && leftNothing(attempts)) throw new KeyError(reason);
      return {
        kind: "unfinished",
        state: { ...state, ...remembered(attempts, state.name, "create") },
        reason:
          `${reason} State remembers the name: run \`pulumi up\` again, without --continue-on-error, to clear up and ` +
          "make another, or `pulumi destroy`.",
      };
    },
  });
}

/** @throws KeyError where the account is not the pinned one, or cannot be asked. */
export async function accountOrNone(context: Context, uniqueName: string): Promise<AccountFields> {
  try {
    return await accountFields(context);
  } catch (error) {
    const why = sentence(messageOf(error));
    throw new KeyError(`Could not create the key "${uniqueName}": ${why} No key was made.`);
  }
}
