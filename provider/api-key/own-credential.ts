import { KeyError, NotFoundError } from "../errors";
import { matchesRedacted } from "./adopt";
import type { Context } from "./context";
import { type ApiKeyState, fingerprint } from "./state";

/**
 * The key that the provider works with is never revoked or rotated by it: that would lock it out. It is known by its
 * value; an adopted key, whose value may not be proven, by what PayEngine shows of it as well.
 *
 * @param doing what is refused, such as "revoking".
 * @throws KeyError where one of the resource's keys is that key.
 */
export async function refuseOwnCredential(
  context: Context,
  state: ApiKeyState,
  doing: string,
): Promise<void> {
  const { previousToken, adoptedKeyId } = state;
  const own = fingerprint(context.credential);
  const previous = previousToken === undefined ? undefined : fingerprint(previousToken);
  const isOwn = state.fingerprint === own || previous === own;
  if (!isOwn && !(adoptedKeyId !== undefined && (await showsCredential(context, adoptedKeyId)))) return;
  throw new KeyError(
    `The key "${state.name}" is the credential that this provider works with; ${doing} it would lock the provider ` +
      "out. Set payengine:apiKey (or PAYENGINE_API_KEY) to another private key first.",
  );
}

async function showsCredential(context: Context, keyId: string): Promise<boolean> {
  try {
    const { redactedKey } = await context.api.getKey(keyId);
    return matchesRedacted(context.credential, redactedKey ?? "") === true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}
