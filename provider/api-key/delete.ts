import { messageOf, sentence } from "../payengine/errors";
import { type Context, KeyError } from "./context";
import { requireLeftovers } from "./handed-over";
import { journalOf, lacksKey, longestEffect, mayStillAppear } from "./journal";
import { guardPlace, proveGone, provePlace } from "./proof";
import { revokePrevious } from "./rotation";
import type { ApiKeyState } from "./schema";
import { isLive, refuseSelfRevocation, revokeIfFound, revokeListed, sweep, sweepBeside } from "./sweep";

/**
 * Revokes the resource's key, the previous key, and keys that unresolved attempts created under its names. If an attempt
 * may still create a key, it waits until that is no longer possible and looks again.
 *
 * @param held IDs of keys that another resource holds; they are not revoked.
 * @throws KeyError if a key may still be active. While an unresolved attempt may still create one, the resource's own key
 *   is not revoked, so that state stays true.
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
        `${sentence(messageOf(error))} The key stays in state: run this again, or revoke it in PayEngine's dashboard.`,
    );
  }
}

/** For a key that was never created, or whose value was lost: revokes every key with its names. */
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

/** The keys in use are revoked last: they show whether the list is current enough to show the others. */
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
      "PayEngine's list of keys does not show this key yet, so it may not show a second one from a lost request either; " +
        "run this again later",
    );
  }
}

/** Interval between checks whether the engine still waits for results, in milliseconds. */
const LOOK_MS = 500;

/**
 * Waits until a lost request can no longer create a key, without counting that time. Each key waits for the moment in its
 * state, so the waits of several keys do not add up.
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
            "create it. The key stays in state: run this again.",
        );
    }
  });
}
