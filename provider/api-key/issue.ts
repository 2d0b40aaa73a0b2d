import { KeyError, messageOf, sentence } from "../errors";
import type { Context } from "./context";
import { attemptName } from "./names";
import { type Attempts, explained, lostLatest, mayStillAppear, NO_ATTEMPTS } from "./pending";
import { type Posted, postKey } from "./post";
import { type ApiKeyInputs, type ApiKeyState, issuedFields, type Outcome, omit, plain } from "./state";
import { revoke, revokeStrays } from "./strays";

/** Attempts that one create or update makes. */
const MAX_ATTEMPTS = 3;

/**
 * Makes a key whose value is known.
 *
 * post → issued: settle, done
 *      → refused (certainly no key): give up
 *      → wrong (another key than the one asked for): revoke it, give up
 *      → lost (there may be a key): clear up (find it by its name and revoke it), then post again
 *
 * Giving up is an error where it is certain that no key lives and state has nothing to remember; otherwise the outcome
 * is unfinished.
 *
 * @throws KeyError where no key was made, or none was left.
 */
export async function issueKey(
  context: Context,
  inputs: ApiKeyInputs,
  accountId: string | undefined,
  before: Attempts = NO_ATTEMPTS,
): Promise<Outcome> {
  const state: ApiKeyState = plain({ ...inputs, name: inputs.uniqueName, accountId });
  const isCreation = before.made === 0;
  const post = async (name: string): Promise<Posted> => {
    if (await context.engine.isGone()) return { kind: "refused", reason: "Pulumi's engine has ended" };
    // The engine forgets the name of a creation when this process is killed; that of an update stands in state.
    const problem = isCreation ? await context.watchdog.expect(inputs.uniqueName) : undefined;
    return problem === undefined ? postKey(context, name, inputs.type) : { kind: "refused", reason: problem };
  };
  let attempts = before;
  let reason = "";
  while (attempts.made < before.made + MAX_ATTEMPTS) {
    attempts = { ...attempts, made: attempts.made + 1 };
    const posted = await post(attemptName(inputs.uniqueName, attempts.made));
    if (posted.kind === "issued") return settle(context, { ...state, ...issuedFields(posted.key) }, attempts);
    reason = posted.reason;
    if (posted.kind === "refused") break;
    try {
      attempts = lostLatest(context, attempts);
      attempts = await clearUp(context, inputs.uniqueName, attempts, posted.keyId);
    } catch (error) {
      const both = `${reason}; and clearing up failed: ${messageOf(error)}`;
      return unfinished(plain({ ...state, keyId: posted.keyId }), attempts, both);
    }
    if (posted.kind !== "wrong") continue;
    // It bears another name: if it is not certainly revoked, only its id tells of it.
    const isKnown = attempts.lost.includes(attempts.made);
    if (isKnown) return unfinished({ ...state, keyId: posted.keyId }, attempts, reason);
    break;
  }
  const nothingToRemember = attempts.lost.length === 0 && isCreation;
  if (!nothingToRemember) return unfinished(state, attempts, reason);
  throw new KeyError(`Could not create the key "${state.name}": ${sentence(reason)} No key was left behind.`);
}

/**
 * Revokes what attempts have left: the key that the latest is known to have made, and whatever bears a name of this
 * resource. A key that PayEngine does not find by its id may only not be known yet: it explains nothing.
 *
 * @throws Error where a key may live on.
 */
export async function clearUp(
  context: Context,
  unique: string,
  attempts: Attempts,
  keyId: string | undefined,
): Promise<Attempts> {
  const isRevoked = keyId !== undefined && (await revoke(context.api, keyId));
  const latest = isRevoked ? [attemptName(unique, attempts.made)] : [];
  const { revoked } = await revokeStrays(context.api, unique);
  return explained(unique, attempts, [...latest, ...revoked]);
}

/**
 * With the key in hand, revokes what other attempts have left, and marks the state while one may still take effect.
 * Where there was but one attempt it calls nothing.
 */
export async function settle(context: Context, state: ApiKeyState, attempts: Attempts): Promise<Outcome> {
  const made = plain({
    ...omit(state, "pendingAction", "lostAttempts", "settleAfter"),
    attempts: attempts.made > 1 ? attempts.made : undefined,
  });
  if (attempts.made === 1) return { kind: "complete", state: made };

  let left = attempts;
  try {
    const { revoked, keptSeen } = await revokeStrays(context.api, state.uniqueName, state.keyId);
    left = explained(state.uniqueName, attempts, revoked);
    const listIsCurrent = keptSeen && !mayStillAppear(context, left);
    if (left.lost.length === 0 || listIsCurrent) return { kind: "complete", state: made };
  } catch {
    // The key is safe in hand. The mark makes the next `up` look again, and every one until a look succeeds.
  }
  return { kind: "complete", state: { ...made, ...marks("settle", left) } };
}

function unfinished(state: ApiKeyState, attempts: Attempts, reason: string): Outcome {
  const fate =
    attempts.lost.length > 0 || state.keyId !== undefined
      ? "A key of that name may exist and nobody knows its value."
      : "No key was left behind.";
  return {
    kind: "unfinished",
    state: { ...state, ...marks("create", attempts), attempts: attempts.made },
    reason:
      `Could not create the key "${state.name}": ${sentence(reason)} ${fate} State remembers the name: run ` +
      "`pulumi up` again, without --continue-on-error, to clear up and make another, or `pulumi destroy`.",
  };
}

function marks(pendingAction: "create" | "settle", { lost, settleAfter }: Attempts) {
  return plain({ pendingAction, lostAttempts: [...lost], settleAfter });
}
