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
 * Creates the key of a new resource, in the steps of {@link issueKey}. Its name is in the engine's pending operation before
 * the first request is sent. It ends in one of three ways:
 *
 * - issued: state gets the key. `pendingAction: "reconcile"` marks an attempt that may still take effect.
 * - refused: no key is left, and the engine drops the resource.
 * - unresolved: a key may still be active, and its value was lost. State gets its names without a token (`pendingAction:
 *   "create"`), so that the next `up` or destroy revokes it. After a plain failure the engine would drop the names.
 *
 * @param replaced the key that it replaces, if the engine has shown it.
 * @throws KeyError if the key is refused.
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

/** Creates the key of a resource whose state has none. State keeps the names in any case. */
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
      `${issuance.reason} State keeps the name: run \`pulumi up\` again, without --continue-on-error, to revoke what is left ` +
      "and create another key, or run `pulumi destroy`.",
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
    const purpose = replaced === undefined ? "" : ` to replace "${replaced.name}"`;
    const why = sentence(messageOf(error));
    throw new KeyError(`Could not create the key "${uniqueName}"${purpose}: ${why} No key was created.`);
  }
}

/** @throws KeyError if the account is not the pinned one, or the request fails. */
export async function accountFor(context: Context, uniqueName: string): Promise<AccountFields> {
  try {
    return await accountFields(context);
  } catch (error) {
    const why = sentence(messageOf(error));
    throw new KeyError(`Could not create the key "${uniqueName}": ${why} No key was created.`);
  }
}
