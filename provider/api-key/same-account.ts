import { messageOf, sentence } from "../payengine/errors";
import { DEFAULT_API_URL } from "../payengine/settings";
import { type Context, KeyError } from "./context";
import { isSameAddress, isSameCredential, isShown, MOST_OTHERS, provePlace, requireAddress } from "./proof";
import type { ApiKeyInputs, ApiKeyState } from "./schema";

/*
 * A credential of another account would create the next key there, and the key in use would then be revoked. So before a key
 * replaces another one or moves to another provider, the account must be proven to be the same.
 */

/**
 * Proves that a new key is created in the account of the key that it replaces. If the engine has not shown that key, as
 * under `--replace`, and no pin is set, PayEngine must show another key that this process has seen in state.
 *
 * @param replaced the replaced key in state, if the engine has shown it.
 * @throws Error if nothing proves it, KeyError if the replaced key was created at another address.
 */
export async function proveSameAccount(context: Context, replaced: ApiKeyState | undefined): Promise<void> {
  if (replaced === undefined) return proveBesideRecorded(context);
  requireAddress(context, replaced);
  await provePlace(context, replaced, []);
}

async function proveBesideRecorded(context: Context): Promise<void> {
  const { settings, recordedKeys } = context;
  const recorded = recordedKeys();
  // A pin was proven before.
  if (recorded.length === 0 || settings.accountId !== undefined) return;
  if (recorded.some((key) => isSameCredential(context, key))) return;
  const here = recorded.filter(({ apiUrl = DEFAULT_API_URL }) => isSameAddress(apiUrl, settings));
  for (const { keyId, name } of here.slice(0, MOST_OTHERS)) if (await isShown(context, keyId, name)) return;
  throw new Error(
    "nothing proves that the credential belongs to the account of the other keys in this state: it created none of them, " +
      "and PayEngine shows it none of them; use a credential of that account, or set payengine:accountId to an ID that the " +
      "right account shows",
  );
}

/** Whether the program has moved the key to another provider. */
export function isMoved(state: ApiKeyState, inputs: ApiKeyInputs): boolean {
  return state.providerName !== inputs.providerName;
}

/** @throws KeyError if nothing proves that the new provider belongs to the key's account. */
export async function proveMove(
  context: Context,
  state: ApiKeyState,
  { providerName }: ApiKeyInputs,
): Promise<void> {
  try {
    await provePlace(context, state, []);
  } catch (error) {
    const provider = providerName === undefined ? "the default provider" : `the provider "${providerName}"`;
    throw new KeyError(
      `Could not move the key "${state.name}" to ${provider}: ${sentence(messageOf(error))} State is unchanged. A key stays in ` +
        "its account: for a key in another account, add another ApiKey.",
    );
  }
}
