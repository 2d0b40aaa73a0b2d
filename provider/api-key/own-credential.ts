import { KeyError } from "../errors";
import type { Context } from "./context";
import { type ApiKeyState, fingerprint } from "./state";

/**
 * The key that the provider works with is never revoked or rotated by it: that would lock it out.
 *
 * @param doing what is refused, such as "revoking".
 * @throws KeyError where one of the resource's keys is that key.
 */
export function refuseOwnCredential(context: Context, state: ApiKeyState, doing: string): void {
  const { previousToken } = state;
  const own = fingerprint(context.credential);
  const previous = previousToken === undefined ? undefined : fingerprint(previousToken);
  if (state.fingerprint !== own && previous !== own) return;
  throw new KeyError(
    `The key "${state.name}" is the credential that this provider works with; ${doing} it would lock the provider ` +
      "out. Set payengine:apiKey (or PAYENGINE_API_KEY) to another private key first.",
  );
}
