import { messageOf, sentence } from "../payengine/errors";
import { type Context, KeyError } from "./context";
import { type Journal, journalOf, lacksKey, mayStillAppear } from "./journal";
import { guardPlace, proveGone, provePlace } from "./proof";
import { revokePrevious } from "./rotation";
import type { ApiKeyState } from "./schema";
import { isLive, refuseSelfRevocation, revokeIfFound, revokeListed, sweep, sweepBeside } from "./sweep";

/**
 * Revokes the resource's key, the one before it, and whatever unresolved attempts have left under its names.
 *
 * @param held ids of keys that another resource holds, and that stay.
 * @throws KeyError where the key may live on, or where an unresolved attempt may still make one: then the key itself is kept,
 *   so that state goes on telling the truth.
 * @mechanism delete sweep
 */
export async function revokeAll(
  context: Context,
  state: ApiKeyState,
  held: ReadonlySet<string> = new Set(),
): Promise<void> {
  try {
    await guardPlace(context, state);
    await refuseSelfRevocation(context, state, { which: "current", doing: "revoking" });
    await refuseSelfRevocation(context, state, { which: "previous", doing: "revoking" });
    if (lacksKey(state)) return await revokeUnfinished(context, state, held);
    const mayHaveOrphans = state.pendingAction === "reconcile" || state.rotation !== undefined;
    if (mayHaveOrphans) await revokeOrphansBeside(context, state);
    await revokePrevious(context, state, held);
    if (state.keyId === undefined || held.has(state.keyId)) return;
    const isFound = await revokeIfFound(context.client, state.keyId);
    const others = isFound ? [] : await proveGone(context, state);
    for (const other of others) await revokeListed(context.client, other);
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
  const { journal, revoked } = await sweep(context, state.uniqueName, journalOf(state), []);
  await provePlace(context, state, revoked);
  refuseWhileUnresolved(context, state, journal);
  await revokePrevious(context, state, held);
}

/** The keys in use go last: they tell whether the list is current enough to show the others. */
async function revokeOrphansBeside(context: Context, state: ApiKeyState): Promise<void> {
  const { keyId } = state;
  const { journal, kept } = await sweepBeside(context, state);
  refuseWhileUnresolved(context, state, journal);
  if (journal.unresolvedNames.length === 0 || keyId === undefined || kept.includes(keyId)) return;
  if (await isLive(context.client, keyId)) {
    throw new Error(
      "PayEngine's list of keys does not show this key yet, so a second one that a lost request has made may be " +
        "missing too; run this again when it does",
    );
  }
}

function refuseWhileUnresolved(
  context: Context,
  { uniqueName, reconcileAfter }: ApiKeyState,
  left: Journal,
): void {
  if (!mayStillAppear(context, left)) return;
  throw new KeyError(
    `A request to create the key "${uniqueName}" was lost and may still take effect until ${reconcileAfter}. ` +
      "Whatever it had made so far was revoked; run this again after that time.",
  );
}
