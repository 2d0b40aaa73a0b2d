import { KeyError, messageOf, sentence } from "../errors";
import type { Context } from "./context";
import { attemptsOf, lostLatest } from "./pending";
import { type ApiKeyState, type Outcome, omit } from "./state";
import { revoke } from "./strays";
import { whyUnusable } from "./verify";

/**
 * Gives a new key to the engine, if it works and the engine is there to store it; otherwise takes it back.
 *
 * A signal to stop also counts as the engine's end, and then somebody may still listen: what is not certainly gone is
 * handed over as unfinished.
 */
export async function handOver(context: Context, outcome: Outcome): Promise<Outcome> {
  const { keyId, name } = outcome.state;
  if (outcome.kind === "unfinished" || keyId === undefined) return outcome;
  const unusable = await whyUnusable(context, outcome.state);
  if (unusable !== undefined) {
    const next = "Run `pulumi up` again, or give it longer by verify: { timeout }.";
    return takeBack(context, { ...outcome.state, keyId }, unusable, next);
  }
  if (!(await context.engine.isGone())) return outcome;
  const gone = `Pulumi's engine ended before it could store the key "${name}"`;
  return takeBack(context, { ...outcome.state, keyId }, gone);
}

/** Revokes the key in hand. @throws KeyError where it is certain that none of this resource lives. */
async function takeBack(
  context: Context,
  state: ApiKeyState & { readonly keyId: string },
  why: string,
  next = "",
): Promise<Outcome> {
  try {
    const isRevoked = await revoke(context.api, state.keyId);
    if (isRevoked && state.lostAttempts === undefined)
      throw new KeyError(`${why}; it was revoked. ${next}`.trimEnd());
    return withoutToken(context, state, `${why}, and it is not certain that none of that name lives.`);
  } catch (error) {
    if (error instanceof KeyError) throw error;
    const fate = `it could not be revoked: ${sentence(messageOf(error))} It may work, and nobody knows its value.`;
    return withoutToken(context, state, `${why}, and ${fate}`);
  }
}

function withoutToken(context: Context, state: ApiKeyState, why: string): Outcome {
  const { made, lost, settleAfter } = lostLatest(context, attemptsOf(state));
  return {
    kind: "unfinished",
    state: {
      ...omit(state, "token", "fingerprint"),
      ...{ pendingAction: "create", attempts: made, lostAttempts: [...lost], settleAfter },
    },
    reason: `${why} State remembers it: run \`pulumi up\` again, or \`pulumi destroy\`.`,
  };
}
