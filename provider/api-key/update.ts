import { messageOf, sentence } from "../payengine/errors";
import { shortFingerprint } from "../payengine/key-value";
import { type Context, KeyError } from "./context";
import { accountFor, createInState } from "./create";
import { type Journal, journalOf, keysInUse, lacksKey } from "./journal";
import { guardPlace, provePlace } from "./proof";
import {
  cutsAtOnce,
  hasPrevious,
  isPreviousPromised,
  onTime,
  revokePrevious,
  rotate,
  rotationDue,
} from "./rotation";
import { isMoved, proveMove } from "./same-account";
import type { ApiKeyInputs, ApiKeyState, Outcome } from "./schema";
import { omit, plain, withJournal } from "./state";
import { reconcile, sweep } from "./sweep";
import { notDue, pulledBack } from "./wrong-clock";

/**
 * Puts right whatever the state lacks, in this order: a key that is yet to be made, unresolved attempts that may have
 * made another, a previous key whose time is over, a rotation that is due. Each step leaves a state from which the next
 * `up` goes on.
 */
export async function update(context: Context, state: ApiKeyState, inputs: ApiKeyInputs): Promise<Outcome> {
  await guard(context, state, inputs);
  const now = await timeFor(context, state, inputs);
  const recorded = pulledBack(context, state, now);
  if (lacksKey(state)) return createMissing(context, recorded, inputs);
  const asked = onTime(inputs, now, recorded);
  // What check and diff have not shown is not done.
  const isShown = rotationDue(recorded, inputs) !== undefined;
  const isDue = isShown && rotationDue(recorded, asked) !== undefined;
  let current = withInputs(recorded, asked);
  if (state.pendingAction === "reconcile" || isRotationDropped(state, inputs)) {
    current = await reconcileKey(context, current);
  }
  if (!isPreviousPromised(current, now)) current = await revokePrevious(context, current);
  // A key that is cut at once is replaced, by the next `up` where a previous one had to go first.
  const isToRotate = isDue && current.previousKeyId === undefined && !cutsAtOnce(inputs);
  if (isToRotate) return rotate(context, current, asked);
  if (isShown && (!isDue || isPreviousPromised(current, now))) context.warn(notDue(current, now));
  return { kind: "complete", state: current };
}

/** PayEngine's time where it decides something; what it does not decide needs no answer. */
async function timeFor(context: Context, state: ApiKeyState, { rotateAt }: ApiKeyInputs): Promise<Date> {
  const isDecisive = hasPrevious(state) || state.reconcileAfter !== undefined || rotateAt !== state.rotateAt;
  try {
    return isDecisive ? await context.askTime() : context.now();
  } catch (error) {
    throw notUpdated(state, error);
  }
}

/** A rotation that is due stays so until it is done: state keeps the rotation of the key in use. */
function withInputs(state: ApiKeyState, inputs: ApiKeyInputs): ApiKeyState {
  const { rotation, rotateAt } = rotationDue(state, inputs) === undefined ? inputs : state;
  return plain({
    ...omit(state, "verify", "apiUrl", "pinnedAccountId", "providerName"),
    ...inputs,
    rotation,
    rotateAt,
    // Of a key that has rotated since, its own maker.
    credentialFingerprint: state.credentialFingerprint,
  });
}

async function reconcileKey(context: Context, state: ApiKeyState): Promise<ApiKeyState> {
  const { uniqueName, name, keyId: id = "" } = state;
  const left = await reconcile(context, uniqueName, { name, id }, journalOf(state), keysInUse(state));
  return withJournal(state, left.journal, left.pendingAction);
}

async function createMissing(context: Context, state: ApiKeyState, inputs: ApiKeyInputs): Promise<Outcome> {
  const journal = await sweepUnfinished(context, state);
  const account = await accountFor(context, state.uniqueName);
  const credentialFingerprint = shortFingerprint(context.settings.credential);
  const timed = onTime(inputs, context.now());
  const missing = plain({ ...withoutKey(state), ...timed, ...account, credentialFingerprint });
  return createInState(context, missing, journal);
}

/** What stays of a state whose key is not usable: the previous key may be in use. */
function withoutKey(state: ApiKeyState) {
  const { uniqueName, generation, rotatedAt, previousKeyId, previousToken, previousRevokeAt } = state;
  return { name: uniqueName, generation, rotatedAt, previousKeyId, previousToken, previousRevokeAt };
}

/** Another pin or provider has to be proven, and so has the place of the key. */
async function guard(context: Context, state: ApiKeyState, inputs: ApiKeyInputs): Promise<void> {
  const isPinKept = inputs.pinnedAccountId === state.pinnedAccountId;
  const isToReconcile = state.pendingAction === "reconcile" || isRotationDropped(state, inputs);
  try {
    await guardPlace(context, state);
    if (isMoved(state, inputs)) await proveMove(context, state, inputs);
    else if (!isPinKept || isToReconcile) await provePlace(context, state, []);
  } catch (error) {
    throw notUpdated(state, error);
  }
}

function notUpdated({ name }: ApiKeyState, error: unknown): KeyError {
  if (error instanceof KeyError) return error;
  const why = sentence(messageOf(error));
  return new KeyError(`Could not update the key "${name}": ${why} State keeps it as it was.`);
}

/** A rotation that was interrupted leaves no mark if the plugin's process was killed. */
function isRotationDropped(state: ApiKeyState, inputs: ApiKeyInputs): boolean {
  return state.rotation !== undefined && inputs.rotation === undefined;
}

/** Revokes whatever earlier attempts have left, before another is made. */
async function sweepUnfinished(context: Context, state: ApiKeyState): Promise<Journal> {
  try {
    const swept = await sweep(context, state.uniqueName, journalOf(state), keysInUse(state));
    await provePlace(context, state, [...swept.kept, ...swept.revoked]);
    return swept.journal;
  } catch (error) {
    throw new KeyError(
      `Could not clear up after an unfinished creation of the key "${state.uniqueName}": ` +
        `${sentence(messageOf(error))} A key of that name may exist and nobody knows its value. ` +
        "State remembers the name: run `pulumi up` again, without --continue-on-error, once PayEngine answers.",
    );
  }
}
