import type { PayEngineKey } from "../payengine/read-answer";
import { tryValue } from "../payengine/witnesses";
import type { Context } from "./context";
import { isSameAccount, isSameCredential, pinFor, showsMerchant, showsRecordedKey } from "./place";
import type { ApiKeyState } from "./state";
import { findLiveKeys } from "./strays";

/** A list, or a look-up by id, may not know a key yet that was made less than this ago, in milliseconds. */
export const LAG_MS = 60_000;

/**
 * Proves that a key which PayEngine does not find is gone. Two things are needed: it is dead (the list lacks it too, it
 * is older than the time in which PayEngine may not know a new key, and a private value gets 401 while the credential
 * works), and the credential looks at the right place.
 *
 * @returns other live keys of this resource.
 * @throws Error where it is not proven: the key may live in another account.
 */
export async function proveGone(context: Context, state: ApiKeyState): Promise<PayEngineKey[]> {
  const others = await otherLiveKeys(context, state);
  if (state.type !== "public" && state.token !== undefined)
    await requireDeadValue(context, state, state.token);
  if (isNew(context, state)) {
    throw new Error(
      "PayEngine does not find it, but it was made less than a minute ago; try again after that",
    );
  }
  if (!(await isRightPlace(context, state))) {
    throw new Error(
      "PayEngine does not find it, but nothing proves that the credential is of the account in which it was made: it " +
        `is not the one that made it. Use that one${pinFor(state)}; or, if the key is gone, run \`pulumi state delete\` with ` +
        "this resource's URN",
    );
  }
  return others;
}

/** @throws Error unless PayEngine has stopped accepting the value. */
export async function requireDeadValue(context: Context, state: ApiKeyState, token: string): Promise<void> {
  const told = await tryValue(context.client, context.clientFor(token));
  if (told === "dead") return;
  if (told === "unclear")
    throw new Error(
      "PayEngine answers 401 to the credential too, which says nothing of the key; try again when the credential works",
    );
  throw new Error(
    isSameCredential(context, state)
      ? "PayEngine says that it is gone, and yet its value authenticates; try again"
      : "PayEngine does not show it to this credential, and yet accepts its value: the credential is of another account; use " +
          "one of the account in which the key was made",
  );
}

async function isRightPlace(context: Context, state: ApiKeyState): Promise<boolean> {
  if ((await isSameAccount(context, state)) || (await showsRecordedKey(context, state))) return true;
  return state.type !== "public" && showsMerchant(context, state);
}

function isNew(context: Context, { createdAt }: ApiKeyState): boolean {
  return createdAt !== undefined && context.serverNow().getTime() - Date.parse(createdAt) < LAG_MS;
}

/** Lists the other live keys of a resource whose own key PayEngine calls revoked or does not find. */
export async function otherLiveKeys(context: Context, state: ApiKeyState): Promise<PayEngineKey[]> {
  const live = await findLiveKeys(context.client, state.uniqueName);
  if (live.some((key) => key.id === state.keyId)) {
    throw new Error("PayEngine says that it is gone, and yet lists it as live; try again");
  }
  return live;
}
