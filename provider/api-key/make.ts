import { messageOf, sentence } from "../payengine/errors";
import type { Context } from "./context";
import { type Issued, issueKey, type Wanted } from "./issue";
import { marksIn } from "./names";
import { type Attempts, attemptsOf, leftNothing, lostLatest } from "./pending";
import { settle } from "./settle";
import type { ApiKeyState, IssuedKey, Outcome, Verify } from "./state";
import { revoke } from "./strays";
import { whyUnusable } from "./verify";

/** Why there is no new key, and what is known of the attempts to make one. */
export type Failed = Extract<Issued, { kind: "failed" }>;

/** A key to make, and what becomes of the state. */
export interface Plan extends Wanted {
  readonly verify: Verify | undefined;
  /** The state with the new key. */
  readonly accept: (key: IssuedKey) => ApiKeyState;
  /** How the operation ends without one. @throws KeyError where nothing has to be remembered. */
  readonly giveUp: (failed: Failed) => Outcome;
}

const LONGER = "Run `pulumi up` again, or give it longer by verify: { timeout }.";

/**
 * Makes a key and gives it to the engine, if it works and the engine is there to store it; otherwise takes it back.
 *
 * issue → verify → settle → hand over
 */
export async function makeKey(context: Context, plan: Plan): Promise<Outcome> {
  const issued = await issueKey(context, plan);
  if (issued.kind === "failed") return plan.giveUp(issued);
  const { key, attempts } = issued;
  const takeBack = async (why: string, known: Attempts, next = "") =>
    plan.giveUp(await revoked(context, key, why, known, next));

  const unusable = await whyUnusable(context, key, plan.verify);
  if (unusable !== undefined) return takeBack(unusable, attempts, LONGER);
  const engineGone = `Pulumi's engine ended before it could store the key "${key.name}"`;
  // Before strays are looked for: a later `up` may have made one that is in use.
  if (await context.engine.isGone()) return takeBack(engineGone, attempts);
  const made = plan.accept(key);
  const state = isOnlyAttempt(plan.uniqueName, attempts) ? made : await settle(context, made, attempts);
  if (await context.engine.isGone()) return takeBack(engineGone, attemptsOf(state));
  return { kind: "complete", state };
}

/** Nothing else can bear a name of this generation. */
function isOnlyAttempt(uniqueName: string, attempts: Attempts): boolean {
  return leftNothing(attempts) && marksIn(uniqueName, attempts.latest ?? "")?.attempt === 1;
}

/**
 * Revokes the key in hand. A signal to stop also counts as the engine's end, and then somebody may still listen: what is
 * not certainly gone is to be remembered.
 */
async function revoked(
  context: Context,
  key: IssuedKey,
  why: string,
  attempts: Attempts,
  next: string,
): Promise<Failed> {
  const failed = (reason: string, known: Attempts): Failed => ({ kind: "failed", reason, attempts: known });
  try {
    const isRevoked = await revoke(context.client, key.id);
    if (isRevoked && leftNothing(attempts))
      return failed(`${why}; it was revoked. ${next}`.trimEnd(), attempts);
    const known = isRevoked ? attempts : lostLatest(context, attempts, key.id);
    return failed(`${why}, and it is not certain that none of that name lives.`, known);
  } catch (error) {
    const fate = `it could not be revoked: ${sentence(messageOf(error))} It may work, and nobody knows its value.`;
    return failed(`${why}, and ${fate}`, lostLatest(context, attempts, key.id));
  }
}
