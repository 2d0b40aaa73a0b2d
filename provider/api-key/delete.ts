import { guardAccount } from "../account";
import { KeyError, messageOf, NotFoundError, sentence } from "../errors";
import { isRevoked, type PayEngineApi } from "../payengine-api";
import { proveGone } from "./absence";
import type { Context } from "./context";
import { clearUp } from "./issue";
import { type Attempts, attemptsOf, explained, isYetToBeMade, mayStillAppear } from "./pending";
import { type ApiKeyState, fingerprint } from "./state";
import { revoke, revokeStrays } from "./strays";

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
    if (isYetToBeMade(state)) return await revokeUnfinished(context, state);
    if (state.pendingAction === "settle") await revokeStraysBeside(context, state);
    if (state.keyId !== undefined) await revokeProven(context, state, state.keyId);
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not revoke the key "${state.name}"${state.keyId ? ` (${state.keyId})` : ""}, which may still work: ` +
        `${sentence(messageOf(error))} State keeps it: run this again, or revoke it in PayEngine's dashboard.`,
    );
  }
}

/** Of a key that was never made, or whose value is lost, whatever bears its name has to go. */
async function revokeUnfinished(context: Context, state: ApiKeyState): Promise<void> {
  const { uniqueName, keyId } = state;
  refuseWhileLost(context, state, await clearUp(context, uniqueName, attemptsOf(state), keyId));
}

/** The key itself goes last: it tells whether the list is current enough to show the others. */
async function revokeStraysBeside(context: Context, state: ApiKeyState): Promise<void> {
  const { uniqueName, keyId } = state;
  const { revoked, keptSeen } = await revokeStrays(context.api, uniqueName, keyId);
  const left = explained(uniqueName, attemptsOf(state), revoked);
  refuseWhileLost(context, state, left);
  if (left.lost.length === 0 || keptSeen || keyId === undefined) return;
  if (await isLive(context.api, keyId)) {
    throw new Error(
      "PayEngine's list of keys does not show this key yet, so a second one that a lost request has made may be " +
        "missing too; run this again when it does",
    );
  }
}

function refuseWhileLost(context: Context, { uniqueName, settleAfter }: ApiKeyState, left: Attempts): void {
  if (!mayStillAppear(context, left)) return;
  throw new KeyError(
    `A request to create the key "${uniqueName}" was lost and may still take effect until ${settleAfter}. ` +
      "Whatever it had made so far was revoked; run this again after that time.",
  );
}

async function isLive(api: PayEngineApi, keyId: string): Promise<boolean> {
  try {
    return !isRevoked(await api.getKey(keyId));
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

async function revokeProven(context: Context, state: ApiKeyState, keyId: string): Promise<void> {
  try {
    await context.api.revokeKey(keyId);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    for (const other of await proveGone(context, state)) await revoke(context.api, other.id);
  }
}

function refuseOwnCredential(context: Context, state: ApiKeyState): void {
  if (state.fingerprint === undefined || state.fingerprint !== fingerprint(context.credential)) return;
  throw new KeyError(
    `The key "${state.name}" is the credential that this provider works with; revoking it would lock the provider ` +
      "out. Set payengine:apiKey (or PAYENGINE_API_KEY) to another private key first.",
  );
}
