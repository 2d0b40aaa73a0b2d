import { messageOf, sentence } from "../payengine/errors";
import { type Context, KeyError } from "./context";
import { type Failed, type Issued, issueKey } from "./issue-key";
import { type Journal, NEW_JOURNAL } from "./journal";
import { type AccountFields, accountFields } from "./proof";
import { onTime } from "./rotation";
import { proveSameAccount } from "./same-account";
import type { ApiKeyInputs, ApiKeyState, Outcome } from "./schema";
import { plain, withJournal, withKey } from "./state";

/**
 * Makes the key of a new resource, in the steps of {@link issueKey}. Its name is in the engine's pending operation before
 * the first request is sent. It ends in one of three ways:
 *
 * - issued: state gets the key, and is marked where an attempt may still take effect (`pendingAction: "reconcile"`).
 * - refused: no key is left, and the engine forgets the resource.
 * - unresolved: a key may still be active, and its value was lost. State gets its names without a token (`pendingAction:
 *   "create"`), so that the next `up` or destroy revokes it. After a plain failure the engine would forget them.
 *
 * @param replaced the key in whose place it is made, as far as the engine has shown it.
 * @throws KeyError where the key is refused.
 */
export async function create(
  context: Context,
  inputs: ApiKeyInputs,
  replaced?: ApiKeyState,
): Promise<Outcome> {
  const { uniqueName } = inputs;
  try {
    const account = await accountFor(context, uniqueName);
    await requireSameAccount(context, uniqueName, replaced);
    const state = plain({ ...onTime(inputs, context.now()), ...account, name: uniqueName });
    const issuance = await issue(context, state, NEW_JOURNAL);
    if (issuance.kind === "refused") throw new KeyError(issuance.reason);
    return outcomeOf(state, issuance);
  } finally {
    await context.watchdog.forget(uniqueName);
  }
}

/** Makes the key of a resource whose state holds none: whatever happens, state goes on holding its names. */
export async function createInState(
  context: Context,
  state: ApiKeyState,
  journal: Journal,
): Promise<Outcome> {
  return outcomeOf(state, await issue(context, state, journal));
}

function issue(context: Context, state: ApiKeyState, journal: Journal): Promise<Issued | Failed> {
  const { uniqueName, type, verify, generation = 1, previousKeyId } = state;
  const keep = previousKeyId === undefined ? [] : [previousKeyId];
  const goal = `create the key "${uniqueName}"`;
  return issueKey(context, { uniqueName, type, verify, generation, keep, journal, goal });
}

function outcomeOf(state: ApiKeyState, issuance: Issued | Failed): Outcome {
  if (issuance.kind === "issued") return { kind: "complete", state: withKey(state, issuance) };
  return {
    kind: "unfinished",
    state: withJournal(state, issuance.journal, "create"),
    reason:
      `${issuance.reason} State remembers the name: run \`pulumi up\` again, without --continue-on-error, to clear up and ` +
      "make another, or `pulumi destroy`.",
  };
}

async function requireSameAccount(
  context: Context,
  uniqueName: string,
  replaced: ApiKeyState | undefined,
): Promise<void> {
  try {
    await proveSameAccount(context, replaced);
  } catch (error) {
    const place = replaced === undefined ? "" : ` in the place of "${replaced.name}"`;
    const why = sentence(messageOf(error));
    throw new KeyError(`Could not create the key "${uniqueName}"${place}: ${why} No key was made.`);
  }
}

/** @throws KeyError where the account is not the pinned one, or cannot be asked. */
export async function accountFor(context: Context, uniqueName: string): Promise<AccountFields> {
  try {
    return await accountFields(context);
  } catch (error) {
    const why = sentence(messageOf(error));
    throw new KeyError(`Could not create the key "${uniqueName}": ${why} No key was made.`);
  }
}
