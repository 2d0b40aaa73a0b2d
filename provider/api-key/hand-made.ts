import { milliseconds } from "../duration";
import { authenticates } from "../payengine/calls";
import { messageOf, sentence } from "../payengine/errors";
import { tryValue } from "../payengine/witnesses";
import type { Context } from "./context";
import { KeyError } from "./key-error";
import { accountFields, guardPlace } from "./place";
import { withoutPrevious } from "./previous";
import { isPreviousPromised, rotationOf } from "./schedule";
import {
  type Adopt,
  type ApiKeyInputs,
  type ApiKeyState,
  fingerprint,
  type Outcome,
  omit,
  plain,
  valueFields,
} from "./state";

/*
 * The life of a key that people make, and revoke, in PayEngine's dashboard. All that a program can know of it is what
 * its own value tells: it works, or it gets 401 while the credential works.
 */

/** Takes over the value that somebody has made. @throws KeyError where it does not work. */
export async function takeOver(context: Context, inputs: ApiKeyInputs, { token }: Adopt): Promise<Outcome> {
  const { uniqueName } = inputs;
  try {
    const account = await accountFields(context);
    await requireWorking(context, token);
    const state = { ...inputs, ...account, name: uniqueName, generation: 1, ...valueFields(token) };
    return { kind: "complete", state: plain(state) };
  } catch (error) {
    throw new KeyError(
      `Could not take over the key "${uniqueName}": ${sentence(messageOf(error))} Nothing was changed.`,
    );
  }
}

/** Brings state up to date; a value that PayEngine no longer accepts leaves a state without one. */
export async function readHandMade(context: Context, state: ApiKeyState): Promise<ApiKeyState> {
  const { token, previousToken, name } = state;
  if (token === undefined) return state;
  try {
    await guardPlace(context, state);
    const isGone = await isDead(context, token);
    const isPreviousGone = previousToken !== undefined && (await isDead(context, previousToken));
    const rest = isPreviousGone ? withoutPrevious(state) : state;
    if (!isGone) return rest;
    return { ...omit(rest, "token", "fingerprint", "redactedToken"), pendingAction: "create" };
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not read the key "${name}": ${sentence(messageOf(error))} State keeps it as it was.`,
    );
  }
}

/** Retires a previous value whose time is over, and takes over another one. */
export async function updateHandMade(
  context: Context,
  state: ApiKeyState,
  inputs: ApiKeyInputs,
  given: Adopt | undefined,
): Promise<Outcome> {
  const { name } = state;
  const kept = omit(state, "verify", "rotation", "apiUrl", "pinnedAccountId");
  const { adoptedFingerprint } = state;
  let current: ApiKeyState = plain({ ...kept, ...inputs, adoptedFingerprint });
  try {
    await guardPlace(context, state);
    if (current.previousToken !== undefined && !isPreviousPromised(current, context.now()))
      current = await retirePrevious(context, current);
    if (given !== undefined) current = await takeNext(context, current, inputs, given.token);
    if (current.token === undefined) throw new Error(NO_VALUE);
    return { kind: "complete", state: current };
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not update the key "${name}": ${sentence(messageOf(error))} State keeps it as it was.`,
    );
  }
}

const NO_VALUE =
  "PayEngine no longer accepts its value; make another private key in PayEngine's dashboard and give its value as adopt.token";

async function takeNext(
  context: Context,
  current: ApiKeyState,
  { rotation, adoptedFingerprint }: ApiKeyInputs,
  token: string,
): Promise<ApiKeyState> {
  const { token: earlier, generation = 1 } = current;
  if (current.previousToken !== undefined) throw new Error("the key before it is not retired yet");
  await requireWorking(context, token);
  const now = context.now();
  const end = now.getTime() + milliseconds(rotationOf({ rotation })?.overlap ?? "0s");
  const previous = { previousToken: earlier, previousRevokeAt: new Date(end).toISOString() };
  return plain({
    ...omit(current, "pendingAction"),
    ...(earlier === undefined ? {} : { ...previous, rotatedAt: now.toISOString() }),
    ...valueFields(token),
    generation: generation + 1,
    adoptedFingerprint,
  });
}

/** It counts as retired once PayEngine does not accept it any more: only people can revoke it. */
async function retirePrevious(context: Context, state: ApiKeyState): Promise<ApiKeyState> {
  const { previousToken = "", previousRevokeAt, name } = state;
  if (await isDead(context, previousToken)) return withoutPrevious(state);
  throw new KeyError(
    `The previous value of "${name}" (${shownPart(previousToken)}) was to work until ${previousRevokeAt} and still does. ` +
      `${CLICK}, then run \`pulumi up\` again. State keeps both values.`,
  );
}

/**
 * Forgets the key once its values no longer work.
 *
 * @param isHeld says whether another state holds the value with this fingerprint.
 * @throws KeyError that says what to revoke.
 */
export async function forgetHandMade(
  context: Context,
  state: ApiKeyState,
  isHeld: (fingerprint: string) => boolean,
): Promise<void> {
  const { token, previousToken, name } = state;
  const values = [previousToken, token].filter((it) => it !== undefined && !isHeld(fingerprint(it)));
  try {
    await guardPlace(context, state);
    for (const value of values as string[]) {
      if (await isDead(context, value)) continue;
      throw new KeyError(
        `The key "${name}" (${shownPart(value)}) still works, and only people can revoke it. ${CLICK}, then run this again. ` +
          "To keep it in use without Pulumi, run `pulumi state delete` with this resource's URN.",
      );
    }
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not see whether the key "${name}" is revoked: ${sentence(messageOf(error))} State keeps it: run this again.`,
    );
  }
}

const CLICK = "Revoke it in PayEngine's dashboard (API -> Manage Keys)";

function shownPart(value: string): string {
  return valueFields(value).redactedToken;
}

async function requireWorking(context: Context, token: string): Promise<void> {
  if (await authenticates(context.clientFor(token))) return;
  throw new Error("PayEngine does not accept adopt.token; give the value of a private key that works");
}

/** @throws Error where the answers tell nothing. */
async function isDead(context: Context, token: string): Promise<boolean> {
  const told = await tryValue(context.client, context.clientFor(token));
  if (told !== "unclear") return told === "dead";
  throw new Error("PayEngine answers 401 to the credential too, which says nothing of the key");
}
