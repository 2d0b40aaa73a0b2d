import type { PayEngineKey } from "../payengine-api";
import type { Context } from "./context";
import type { ApiKeyState } from "./state";
import { findLiveKeys } from "./strays";

/** A list, or a look-up by id, may not know a key yet that was made less than this ago, in milliseconds. */
export const LAG_MS = 60_000;

/**
 * Proves that a key which PayEngine does not find is gone: the guard has held the credential's account against the one
 * that state records, the list of keys answers and lacks the key, and its own value does not authenticate. A public
 * value cannot be tried: there, time has to pass in which PayEngine may not know a new key yet.
 *
 * @returns other live keys of this resource.
 * @throws Error where it is not proven: the key may live in another account.
 */
export async function proveGone(context: Context, state: ApiKeyState): Promise<PayEngineKey[]> {
  if (state.accountId === undefined) {
    throw new Error(
      "PayEngine answered 404, but state does not record which account the key was made in, so it may live in another " +
        "one. If it is gone, run `pulumi state delete` with this resource's URN",
    );
  }
  const others = await otherLiveKeys(context, state);
  if (state.type !== "public" && state.token !== undefined) {
    if (await context.authenticates(state.token)) {
      throw new Error("PayEngine says that it is gone, and yet its value authenticates; try again");
    }
  } else if (isNew(context, state)) {
    throw new Error(
      "PayEngine does not find it, but it was made less than a minute ago; try again after that",
    );
  }
  return others;
}

function isNew(context: Context, { createdAt }: ApiKeyState): boolean {
  return createdAt !== undefined && context.now().getTime() - Date.parse(createdAt) < LAG_MS;
}

/** Lists the other live keys of a resource whose own key PayEngine calls revoked or does not find. */
export async function otherLiveKeys(context: Context, state: ApiKeyState): Promise<PayEngineKey[]> {
  const live = await findLiveKeys(context.api, state.uniqueName);
  if (live.some((key) => key.id === state.keyId)) {
    throw new Error("PayEngine says that it is gone, and yet lists it as live; try again");
  }
  return live;
}
