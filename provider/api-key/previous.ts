import { messageOf, NotFoundError, sentence } from "../payengine/errors";
import { proveGone, requireDeadValue } from "./absence";
import type { Context } from "./context";
import { KeyError } from "./key-error";
import { refuseOwnCredential } from "./own-credential";
import { type ApiKeyState, omit, plain } from "./state";
import { isLive } from "./strays";

/** What state holds of the key that the last rotation has replaced. */
const PREVIOUS = ["previousKeyId", "previousToken", "previousRevokeAt"] as const;

/** State without the previous key. */
export function withoutPrevious(state: ApiKeyState): ApiKeyState {
  return omit(state, ...PREVIOUS);
}

/**
 * Revokes the previous key, whose time is over.
 *
 * @param held ids of keys that another resource holds, and that stay.
 * @throws KeyError where it may live on.
 */
export async function revokePrevious(
  context: Context,
  state: ApiKeyState,
  held: ReadonlySet<string> = new Set(),
): Promise<ApiKeyState> {
  const { previousKeyId, previousRevokeAt } = state;
  if (previousKeyId === undefined || held.has(previousKeyId)) return state;
  try {
    await refuseOwnCredential(context, state, "previous", "revoking");
    await revokeOr(context, previousKeyId, () => provePreviousGone(context, state));
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not revoke the previous key of "${state.name}" (${previousKeyId}), which was to work until ` +
        `${previousRevokeAt} and may still do: ${sentence(messageOf(error))} State keeps it: run this again.`,
    );
  }
  return withoutPrevious(state);
}

/**
 * Proves that the previous key, which PayEngine does not find, is gone: it finds the newer one, so the credential looks
 * at the right place. Where that one is gone too, the proof is the same as for any key.
 *
 * @throws Error where it is not proven.
 */
export async function provePreviousGone(context: Context, state: ApiKeyState): Promise<void> {
  const { keyId, previousKeyId, previousToken: token } = state;
  if (keyId === undefined || !(await isLive(context.client, keyId))) {
    await proveGone(context, plain({ ...state, keyId: previousKeyId, token }));
  } else if (state.type !== "public" && token !== undefined) await requireDeadValue(context, state, token);
}

/**
 * Revokes a key that state holds.
 *
 * @param prove is asked where PayEngine does not find it; throws where that does not prove it gone.
 * @returns what the proof gave, where one was needed.
 */
export async function revokeOr<T>(
  context: Context,
  keyId: string,
  prove: () => Promise<T>,
): Promise<T | undefined> {
  try {
    await context.client.revokeKey(keyId);
    return undefined;
  } catch (error) {
    if (error instanceof NotFoundError) return prove();
    throw error;
  }
}
