import { messageOf, sentence } from "../payengine/errors";
import { proveGone } from "./absence";
import type { Context } from "./context";
import { KeyError } from "./key-error";
import { refuseOwnCredential } from "./own-credential";
import { type Attempts, attemptsOf, isYetToBeMade, keysInUse, mayStillAppear } from "./pending";
import { guardPlace, provePlace } from "./place";
import { revokeOr, revokePrevious } from "./previous";
import { clearUp } from "./settle";
import type { ApiKeyState } from "./state";
import { isLive, revokeListed } from "./strays";

/**
 * Revokes the resource's key, the one before it, and whatever lost attempts have left under its names.
 *
 * @param held ids of keys that another resource holds, and that stay.
 * @throws KeyError where the key may live on, or where a lost attempt may still make one: then the key itself is kept,
 *   so that state goes on telling the truth.
 */
export async function revokeAll(
  context: Context,
  state: ApiKeyState,
  held: ReadonlySet<string> = new Set(),
): Promise<void> {
  try {
    await guardPlace(context, state);
    await refuseOwnCredential(context, state, "current", "revoking");
    await refuseOwnCredential(context, state, "previous", "revoking");
    if (isYetToBeMade(state)) return await revokeUnfinished(context, state, held);
    const mayHaveStrays = state.pendingAction === "settle" || state.rotation !== undefined;
    if (mayHaveStrays) await revokeStraysBeside(context, state);
    await revokePrevious(context, state, held);
    if (state.keyId === undefined || held.has(state.keyId)) return;
    const others = await revokeOr(context, state.keyId, () => proveGone(context, state));
    for (const other of others ?? []) await revokeListed(context.client, other);
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not revoke the key "${state.name}"${state.keyId ? ` (${state.keyId})` : ""}, which may still work: ` +
        `${sentence(messageOf(error))} State keeps it: run this again, or revoke it in PayEngine's dashboard.`,
    );
  }
}

/** Of a key that was never made, or whose value is lost, whatever bears its name has to go. */
async function revokeUnfinished(
  context: Context,
  state: ApiKeyState,
  held: ReadonlySet<string>,
): Promise<void> {
  const { attempts, revoked } = await clearUp(context, state.uniqueName, attemptsOf(state), []);
  await provePlace(context, state, revoked);
  refuseWhileLost(context, state, attempts);
  await revokePrevious(context, state, held);
}

/** The keys in use go last: they tell whether the list is current enough to show the others. */
async function revokeStraysBeside(context: Context, state: ApiKeyState): Promise<void> {
  const { uniqueName, keyId } = state;
  // Read once a process, it tells how long a page is, and with that whether one of the resource's own keys is the last.
  await context.readableList();
  const { attempts, kept } = await clearUp(context, uniqueName, attemptsOf(state), keysInUse(state));
  refuseWhileLost(context, state, attempts);
  if (attempts.lost.length === 0 || keyId === undefined || kept.includes(keyId)) return;
  if (await isLive(context.client, keyId)) {
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
