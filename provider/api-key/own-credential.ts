import { NotFoundError } from "../payengine/errors";
import { matchesRedacted } from "../payengine/key-value";
import type { Context } from "./context";
import { KeyError } from "./key-error";
import { type ApiKeyState, fingerprint } from "./state";

/**
 * The key that the provider works with is never revoked or rotated by it: that would lock it out. It is known by its
 * value; an adopted key, whose value may not be proven, by what PayEngine shows of it as well.
 *
 * @param which of the resource's keys it is about.
 * @param doing what is refused, such as "revoking".
 */
export async function refuseOwnCredential(
  context: Context,
  state: ApiKeyState,
  which: "current" | "previous",
  doing: string,
): Promise<void> {
  const { adoptedKeyId, keyId, previousKeyId, token, previousToken } = state;
  const [id, value] = which === "current" ? [keyId, token] : [previousKeyId, previousToken];
  const isOwn = value !== undefined && fingerprint(value) === fingerprint(context.credential);
  const isAdopted = id !== undefined && id === adoptedKeyId;
  if (!isOwn && !(isAdopted && (await showsCredential(context, id)))) return;
  throw new KeyError(
    `The key "${state.name}" is the credential that this provider works with; ${doing} it would lock the provider ` +
      "out. Set payengine:apiKey (or PAYENGINE_API_KEY) to another private key first.",
  );
}

async function showsCredential(context: Context, keyId: string): Promise<boolean> {
  try {
    const { redacted } = await context.client.getKey(keyId);
    return matchesRedacted(context.credential, redacted ?? "") === true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}
