import { messageOf, sentence } from "../payengine/errors";
import { type Context, KeyError } from "./context";
import { requireLeftovers } from "./handed-over";
import { journalOf, lacksKey, longestEffect, mayStillAppear } from "./journal";
import { guardPlace, proveGone, provePlace } from "./proof";
import { revokePrevious } from "./rotation";
import type { ApiKeyState } from "./schema";
import { isLive, refuseSelfRevocation, revokeIfFound, revokeListed, sweep, sweepBeside } from "./sweep";

/**
 * Revokes the resource's key, the one before it, and whatever unresolved attempts have left under its names. Where one of
 * those may still make a key, it waits until that can no longer be, and looks again.
 *
 * @param held ids of keys that another resource holds, and that stay.
 * @throws KeyError where a key may live on. As long as an unresolved attempt may still make one, the key itself is kept, so
 *   that state goes on telling the truth.
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
    requireLeftovers(context, journalOf(state), others, others);
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
  const look = () => sweep(context, state.uniqueName, journalOf(state), []);
  const { journal, revoked } = await look();
  await provePlace(context, state, revoked);
  if (mayStillAppear(context, journal)) {
    await waitForLostRequest(context, state);
    await look();
  }
  await revokePrevious(context, state, held);
}

/** The keys in use go last: they tell whether the list is current enough to show the others. */
async function revokeOrphansBeside(context: Context, state: ApiKeyState): Promise<void> {
  const { keyId } = state;
  let { journal, kept } = await sweepBeside(context, state);
  if (mayStillAppear(context, journal)) {
    await waitForLostRequest(context, state);
    ({ journal, kept } = await sweepBeside(context, state));
  }
  if (journal.unresolvedNames.length === 0 || keyId === undefined || kept.includes(keyId)) return;
  if (await isLive(context.client, keyId)) {
    throw new Error(
      "PayEngine's list of keys does not show this key yet, so a second one that a lost request has made may be " +
        "missing too; run this again when it does",
    );
  }
}

/** How long it takes to notice that the engine waits for no more results, in milliseconds. */
const LOOK_MS = 500;

/**
 * Waits until a lost request can no longer make a key, in time that does not count as the operation's. Keys that wait at the
 * same time, or one after another, wait for the moments that their states hold: the waits do not add up.
 */
async function waitForLostRequest(context: Context, state: ApiKeyState): Promise<void> {
  const { uniqueName, reconcileAfter = "" } = state;
  const now = context.now().getTime();
  const limit = Math.min(Date.parse(reconcileAfter) - now, longestEffect(context.settings));
  const until = new Date(now + limit).toISOString();
  context.warn(
    `Waiting until ${until} before "${uniqueName}" is deleted: a request to create it was lost and may still take effect. ` +
      "Press Ctrl-C twice to stop; you can run this again later.",
  );
  await context.limit.outside(async () => {
    for (let left = limit; left > 0; left -= LOOK_MS) {
      await context.sleep(Math.min(left, LOOK_MS));
      if (await context.engine.isGone())
        throw new KeyError(
          `The key "${uniqueName}" was not deleted: Pulumi stopped before ${until}, and until then a lost request may still ` +
            "create it. State keeps it: run this again.",
        );
    }
  });
}
