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
import { omit, plain, previousFields, withJournal } from "./state";
import { reconcile, sweep } from "./sweep";
import { notDue, pulledBack } from "./wrong-clock";

/**
 * Does what is due, in this order: create a missing key, reconcile unresolved attempts, revoke a previous key after its
 * overlap, rotate. Each step leaves a state from which the next `up` continues.
 */
export async function update(context: Context, state: ApiKeyState, inputs: ApiKeyInputs): Promise<Outcome> {
  await guard(context, state, inputs);
  const now = await timeFor(context, state, inputs);
  const recorded = pulledBack(context, state, now);
  if (lacksKey(state)) return createMissing(context, recorded, inputs);
  const asked = onTime(inputs, now, recorded);
  // Only do what check and diff have shown.
  const isShown = rotationDue(recorded, inputs) !== undefined;
  const isDue = isShown && rotationDue(recorded, asked) !== undefined;
  let current = withInputs(recorded, asked);
  if (state.pendingAction === "reconcile" || isRotationDropped(state, inputs)) {
    current = await reconcileKey(context, current);
  }
  if (!isPreviousPromised(current, now)) current = await revokePrevious(context, current);
  // With overlap "0s" the key is replaced instead, in the next `up` if a previous key had to be revoked first.
  const isToRotate = isDue && current.previousKeyId === undefined && !cutsAtOnce(inputs);
  if (isToRotate) return rotate(context, current, asked);
  if (isShown && (!isDue || isPreviousPromised(current, now))) context.warn(notDue(current, now));
  return { kind: "complete", state: current };
}

/** PayEngine's time if the update depends on it; otherwise no request is sent for it. */
async function timeFor(context: Context, state: ApiKeyState, { rotateAt }: ApiKeyInputs): Promise<Date> {
  const isDecisive = hasPrevious(state) || state.reconcileAfter !== undefined || rotateAt !== state.rotateAt;
  try {
    return isDecisive ? await context.askTime() : context.now();
  } catch (error) {
    throw notUpdated(state, error);
  }
}

/** State keeps the rotation of the key in use, so that a due rotation stays due until it is done. */
function withInputs(state: ApiKeyState, inputs: ApiKeyInputs): ApiKeyState {
  const { rotation, rotateAt } = rotationDue(state, inputs) === undefined ? inputs : state;
  return plain({
    ...omit(state, "verify", "apiUrl", "pinnedAccountId", "providerName"),
    ...inputs,
    rotation,
    rotateAt,
    // A rotated key keeps the credential that created it.
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

/** Fields to keep of a state without a usable key: the previous key may be in use. */
function withoutKey(state: ApiKeyState) {
  const { uniqueName, generation, rotatedAt } = state;
  return { name: uniqueName, generation, rotatedAt, ...previousFields(state) };
}

/** Proves the key's account and address, and a changed pin or provider. */
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
  return new KeyError(`Could not update the key "${name}": ${why} State is unchanged.`);
}

/** A killed plugin process leaves no mark of an interrupted rotation, so a removed `rotation` needs a look. */
function isRotationDropped(state: ApiKeyState, inputs: ApiKeyInputs): boolean {
  return state.rotation !== undefined && inputs.rotation === undefined;
}

/** Revokes leftover keys of earlier attempts before another attempt. */
async function sweepUnfinished(context: Context, state: ApiKeyState): Promise<Journal> {
  try {
    const swept = await sweep(context, state.uniqueName, journalOf(state), keysInUse(state));
    await provePlace(context, state, [...swept.kept, ...swept.revoked]);
    return swept.journal;
  } catch (error) {
    throw new KeyError(
      `Could not revoke what an unfinished creation of the key "${state.uniqueName}" left: ` +
        `${sentence(messageOf(error))} A key with that name may still be active; its value was lost. ` +
        "State keeps the name: run `pulumi up` again, without --continue-on-error, once PayEngine responds.",
    );
  }
}
