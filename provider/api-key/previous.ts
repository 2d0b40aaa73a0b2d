import { KeyError, messageOf, NotFoundError, sentence } from "../errors";
import type { PayEngineKey } from "../payengine-api";
import { proveGone } from "./absence";
import type { Context } from "./context";
import { refuseOwnCredential } from "./own-credential";
import { type ApiKeyState, omit } from "./state";

/** What state holds of the key that the last rotation has replaced. */
const PREVIOUS = ["previousKeyId", "previousToken", "previousRevokeAt"] as const;

/** State without the previous key. */
export function withoutPrevious(state: ApiKeyState): ApiKeyState {
  return omit(state, ...PREVIOUS);
}

/** Revokes the previous key, whose time is over. @throws KeyError where it may live on. */
export async function revokePrevious(context: Context, state: ApiKeyState): Promise<ApiKeyState> {
  const { previousKeyId, previousRevokeAt } = state;
  if (previousKeyId === undefined) return state;
  await refuseOwnCredential(context, state, "revoking");
  try {
    await revokeProven(context, { ...state, keyId: previousKeyId, token: state.previousToken });
  } catch (error) {
    throw new KeyError(
      `Could not revoke the previous key of "${state.name}" (${previousKeyId}), whose time ended at ` +
        `${previousRevokeAt} and which may still work: ${sentence(messageOf(error))} State keeps it: run \`pulumi up\` ` +
        "again.",
    );
  }
  return withoutPrevious(state);
}

/**
 * Revokes the key of a state.
 *
 * @returns other live keys of the resource, where there was a reason to look.
 * @throws Error where PayEngine does not find it, and that does not prove it gone.
 */
export async function revokeProven(
  context: Context,
  state: ApiKeyState & { readonly keyId: string },
): Promise<PayEngineKey[]> {
  try {
    await context.api.revokeKey(state.keyId);
    return [];
  } catch (error) {
    if (error instanceof NotFoundError) return proveGone(context, state);
    throw error;
  }
}
