import { guardAccount } from "../account";
import { KeyError, messageOf, NotFoundError, sentence } from "../errors";
import { proveGone } from "./absence";
import type { Context } from "./context";
import { attemptsOf, explained, mayStillAppear } from "./pending";
import { type ApiKeyState, fingerprint } from "./state";
import { revokeStrays } from "./strays";

/**
 * Revokes the resource's key, and whatever lost attempts have left under its names.
 *
 * @throws KeyError where the key may live on, or where a lost attempt may still make one: then the key itself is kept,
 *   so that state goes on telling the truth.
 */
export async function revokeAll(context: Context, state: ApiKeyState): Promise<void> {
  refuseOwnCredential(context, state);
  try {
    await guardAccount(context, { recorded: state.accountId });
    if (state.pendingAction !== undefined || state.token === undefined) await revokeLost(context, state);
    if (state.keyId !== undefined) await revokeProven(context, state, state.keyId);
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not revoke the key "${state.name}"${state.keyId ? ` (${state.keyId})` : ""}, which may still work: ` +
        `${sentence(messageOf(error))} State keeps it: run this again, or revoke it in PayEngine's dashboard.`,
    );
  }
}

async function revokeLost(context: Context, state: ApiKeyState): Promise<void> {
  const { revoked } = await revokeStrays(context.api, state.uniqueName, state.keyId);
  if (!mayStillAppear(context, explained(state.uniqueName, attemptsOf(state), revoked))) return;
  throw new KeyError(
    `A request to create the key "${state.uniqueName}" was lost and may still take effect until ` +
      `${state.settleAfter}. Whatever it had made so far was revoked; run this again after that time.`,
  );
}

async function revokeProven(context: Context, state: ApiKeyState, keyId: string): Promise<void> {
  try {
    await context.api.revokeKey(keyId);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    await proveGone(context, state);
  }
}

function refuseOwnCredential(context: Context, state: ApiKeyState): void {
  if (state.fingerprint === undefined || state.fingerprint !== fingerprint(context.credential)) return;
  throw new KeyError(
    `The key "${state.name}" is the credential that this provider works with; revoking it would lock the provider ` +
      "out. Set payengine:apiKey (or PAYENGINE_API_KEY) to another private key first.",
  );
}
