import { authenticates } from "../payengine/calls";
import { milliseconds } from "../payengine/duration";
import { messageOf, sentence } from "../payengine/errors";
import { fingerprint } from "../payengine/key-value";
import { tryValue } from "../payengine/witnesses";
import { type Adoption, type Asked, type Earlier, printOf } from "./adoption";
import { type Context, type Failure, KeyError, UNKNOWN } from "./context";
import { accountFields, guardPlace } from "./proof";
import { isPreviousPromised, rotationOf } from "./rotation";
import { isMoved, proveMove } from "./same-account";
import type { Adopt, ApiKeyInputs, ApiKeyState, Outcome } from "./schema";
import { asPrevious, omit, plain, valueFields, withoutPrevious } from "./state";
import { pulledBack } from "./wrong-clock";

/*
 * Lifecycle of a key under the contract "dashboard": people create and revoke it. A program can only test its value, which
 * works, or gets 401 while the credential works.
 */

/**
 * Checks `adopt` under the contract "dashboard": the first value is adopted, and another one is a rotation. The inputs hold
 * a value only until it is adopted.
 *
 * @param credential the provider credential, if it is known.
 */
export function handAdoptionOf(earlier: Earlier, asked: Asked, credential: string | undefined): Adoption {
  const { adopt } = asked;
  const before = earlier.adoptedFingerprint;
  const print = adopt === UNKNOWN ? UNKNOWN : adopt && printOf(adopt);
  const isTaken = print === undefined || print === before;
  const failures = [
    ...argumentFailures(asked, credential),
    ...(print === undefined && before === undefined ? [NO_KEY] : []),
    ...(before !== undefined && !isTaken && print !== UNKNOWN ? rotationFailures(asked) : []),
  ];
  const inputs = plain({
    madeByHand: true,
    adopt: isTaken ? undefined : adopt,
    adoptedFingerprint: print ?? before,
  });
  return { inputs, failures };
}

const NO_KEY: Failure = {
  property: "adopt",
  reason:
    'is missing: with payengine:contract "dashboard", keys can only be created in PayEngine\'s dashboard; create a private ' +
    "key there and pass adopt: { token }",
};

function argumentFailures({ type, adopt, rotation }: Asked, credential: string | undefined): Failure[] {
  const { period, triggers } = rotationOf({ rotation }) ?? {};
  const { keyId, token } = adopt === undefined || adopt === UNKNOWN ? {} : adopt;
  const failures: [property: string, isWrong: boolean, reason: string][] = [
    [
      "type",
      type === "public",
      'is "public", which the contract "dashboard" does not support; put the value in the program, because it is not secret',
    ],
    ["adopt.keyId", keyId !== undefined, 'cannot be looked up under the contract "dashboard"; remove it'],
    [
      "adopt.token",
      token?.startsWith("pk_") === true,
      "is a public key's value; set it to the value of a private key",
    ],
    [
      "adopt.token",
      token !== undefined && credential !== undefined && fingerprint(token) === fingerprint(credential),
      "is the provider credential, which the provider could never see revoked; create another private key for this " +
        "resource",
    ],
    ["rotation.period", period !== undefined, BY_NEW_TOKEN],
    ["rotation.triggers", triggers !== undefined, BY_NEW_TOKEN],
  ];
  return failures.flatMap(([property, isWrong, reason]) => (isWrong ? [{ property, reason }] : []));
}

const BY_NEW_TOKEN =
  'cannot create a key under the contract "dashboard"; remove it: the key rotates when adopt.token changes';

function rotationFailures({ rotation }: Asked): Failure[] {
  if (rotation !== undefined) return [];
  const reason =
    'has changed, which rotates the key; set how long the old value keeps working, such as rotation: { overlap: "7d" }';
  return [{ property: "adopt.token", reason }];
}

/** Adopts a value from the dashboard. @throws KeyError if it does not work. */
export async function adoptHandMade(
  context: Context,
  inputs: ApiKeyInputs,
  { token }: Adopt,
): Promise<Outcome> {
  const { uniqueName } = inputs;
  try {
    const account = await accountFields(context);
    await requireWorking(context, token);
    const state = { ...inputs, ...account, name: uniqueName, ...valueFields(token) };
    return { kind: "complete", state: plain(state) };
  } catch (error) {
    throw new KeyError(
      `Could not adopt the key "${uniqueName}": ${sentence(messageOf(error))} Nothing was changed.`,
    );
  }
}

/** Refreshes state. A value that PayEngine no longer accepts is removed from it. */
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
    throw new KeyError(`Could not read the key "${name}": ${sentence(messageOf(error))} State is unchanged.`);
  }
}

/** Removes a previous value whose time is over, and adopts a new one. */
export async function updateHandMade(
  context: Context,
  state: ApiKeyState,
  inputs: ApiKeyInputs,
  given: Adopt | undefined,
): Promise<Outcome> {
  const { name } = state;
  const { adoptedFingerprint } = state;
  try {
    await guardPlace(context, state);
    if (isMoved(state, inputs)) await proveMove(context, state, inputs);
    const now = await context.askTime();
    const stale = ["verify", "rotation", "apiUrl", "pinnedAccountId", "providerName"] as const;
    const kept = omit(pulledBack(context, state, now), ...stale);
    let current: ApiKeyState = plain({ ...kept, ...inputs, adoptedFingerprint });
    if (current.previousToken !== undefined && !isPreviousPromised(current, now))
      current = await retirePrevious(context, current);
    if (given !== undefined) current = await takeNext(context, current, inputs, given.token);
    if (current.token === undefined) throw new Error(NO_VALUE);
    return { kind: "complete", state: current };
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not update the key "${name}": ${sentence(messageOf(error))} State is unchanged.`,
    );
  }
}

const NO_VALUE =
  "PayEngine no longer accepts its value; create another private key in PayEngine's dashboard and set adopt.token to its value";

async function takeNext(
  context: Context,
  current: ApiKeyState,
  { rotation, adoptedFingerprint }: ApiKeyInputs,
  token: string,
): Promise<ApiKeyState> {
  const { token: earlier, generation = 1 } = current;
  if (current.previousToken !== undefined) throw new Error("The previous key is not revoked yet");
  await requireWorking(context, token);
  const now = context.now();
  const end = now.getTime() + milliseconds(rotationOf({ rotation })?.overlap ?? "0s");
  return plain({
    ...omit(current, "pendingAction"),
    ...(earlier === undefined ? {} : { ...asPrevious(current, new Date(end)), rotatedAt: now.toISOString() }),
    ...valueFields(token),
    generation: generation + 1,
    adoptedFingerprint,
  });
}

/** Only people can revoke it, so it counts as revoked once PayEngine no longer accepts it. */
async function retirePrevious(context: Context, state: ApiKeyState): Promise<ApiKeyState> {
  const { previousToken = "", previousRevokeAt, name } = state;
  if (await isDead(context, previousToken)) return withoutPrevious(state);
  throw new KeyError(
    `The previous value of "${name}" (${shownPart(previousToken)}) still works, although its overlap ended at ` +
      `${previousRevokeAt}. ${CLICK}, then run \`pulumi up\` again. State keeps both values.`,
  );
}

/**
 * Removes the key from state once its values no longer work.
 *
 * @param held fingerprints of values that other resources hold; they need not be revoked.
 * @throws KeyError that says what to revoke.
 */
export async function forgetHandMade(
  context: Context,
  state: ApiKeyState,
  held: ReadonlySet<string>,
): Promise<void> {
  const { token, previousToken, name } = state;
  const values = [previousToken, token].filter((it) => it !== undefined && !held.has(fingerprint(it)));
  try {
    await guardPlace(context, state);
    for (const value of values as string[]) {
      if (await isDead(context, value)) continue;
      throw new KeyError(
        `The key "${name}" (${shownPart(value)}) still works, and Pulumi cannot revoke it. ${CLICK}, then run this again. ` +
          "To keep using it without Pulumi, run `pulumi state delete` with this resource's URN.",
      );
    }
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not check whether the key "${name}" is revoked: ${sentence(messageOf(error))} The key stays in state: run this again.`,
    );
  }
}

const CLICK = "Revoke it in PayEngine's dashboard (API -> Manage Keys)";

function shownPart(value: string): string {
  return valueFields(value).redactedToken;
}

async function requireWorking(context: Context, token: string): Promise<void> {
  if (await authenticates(context.clientFor(token))) return;
  throw new Error("PayEngine does not accept adopt.token; set it to the value of a private key that works");
}

/** @throws Error if the responses prove nothing. */
async function isDead(context: Context, token: string): Promise<boolean> {
  const told = await tryValue(context.client, context.clientFor(token));
  if (told !== "unclear") return told === "dead";
  throw new Error("PayEngine returns 401 for the credential too, so the key's status is unknown");
}
