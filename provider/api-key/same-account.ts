import { messageOf, sentence } from "../payengine/errors";
import { DEFAULT_API_URL } from "../payengine/settings";
import { type Context, KeyError } from "./context";
import { isSameAddress, isSameCredential, isShown, MOST_OTHERS, provePlace, requireAddress } from "./proof";
import type { ApiKeyInputs, ApiKeyState } from "./schema";

/*
 * A credential of another account would make the next key there, and the key in use would then be revoked: before a key
 * is made in the place of another one, or a key moves to another provider, the account is proven to be the same.
 */

/**
 * Proves that a new key is made in the account of the one that it replaces. Where the engine has not shown which one that
 * is, as under `--replace`, and no pin is set, another key that this process has seen in state has to be shown.
 *
 * @param replaced what state holds of the replaced key, as far as the engine has shown it.
 * @throws Error where nothing proves it, KeyError where the replaced key was made at another address.
 */
export async function proveSameAccount(context: Context, replaced: ApiKeyState | undefined): Promise<void> {
  if (replaced === undefined) return proveBesideRecorded(context);
  requireAddress(context, replaced);
  await provePlace(context, replaced, []);
}

async function proveBesideRecorded(context: Context): Promise<void> {
  const { settings, recordedKeys } = context;
  const recorded = recordedKeys();
  // A pin has been proven by now.
  if (recorded.length === 0 || settings.accountId !== undefined) return;
  if (recorded.some((key) => isSameCredential(context, key))) return;
  const here = recorded.filter(({ apiUrl = DEFAULT_API_URL }) => isSameAddress(apiUrl, settings));
  for (const { keyId, name } of here.slice(0, MOST_OTHERS)) if (await isShown(context, keyId, name)) return;
  throw new Error(
    "nothing proves that the credential is of the account of the other keys in this state: it made none of them, and " +
      "PayEngine does not show it one; use a credential of that account, or set payengine:accountId to an id that the right " +
      "account shows",
  );
}

/** Says whether the program has given the key to another provider. */
export function isMoved(state: ApiKeyState, inputs: ApiKeyInputs): boolean {
  return state.providerName !== inputs.providerName;
}

/** @throws KeyError where nothing proves that the provider that a key moves to works on the key's account. */
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
      `Could not move the key "${state.name}" to ${provider}: ${sentence(messageOf(error))} State keeps it as it was. A key ` +
        "stays in its account: for one in another account, make another resource.",
    );
  }
}
