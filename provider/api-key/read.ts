import { messageOf, NotFoundError, sentence } from "../payengine/errors";
import type { PayEngineKey } from "../payengine/read-answer";
import { type Context, KeyError } from "./context";
import { isResolved, journalOf } from "./journal";
import { guardPlace, otherLiveKeys, proveGone } from "./proof";
import { provePreviousGone } from "./rotation";
import type { ApiKeyState } from "./schema";
import { omit, plain, valueFields, withoutPrevious } from "./state";

/**
 * Refreshes state.
 *
 * @returns the state, or `undefined` if the key is proven to be gone and no other key of this resource can be active.
 * @throws KeyError if nothing is proven: a wrong address or credential must not drop a value that cannot be read again.
 */
export async function read(context: Context, state: ApiKeyState): Promise<ApiKeyState | undefined> {
  if (state.keyId === undefined) return state;
  try {
    await guardPlace(context, state);
    const key = await getKey(context, state.keyId, state.name);
    const isGone = key === undefined || key.isRevoked;
    const others = isGone ? await otherKeys(context, state, key) : [];
    const rest = (await isPreviousGone(context, state)) ? withoutPrevious(state) : state;
    return isGone ? goneState(rest, others) : refreshed(rest, key);
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not read the key "${state.name}" (${state.keyId}): ${sentence(messageOf(error))} State is unchanged.`,
    );
  }
}

/** Other active keys of a resource whose own key is revoked or not found; "not found" must be proven. */
function otherKeys(context: Context, state: ApiKeyState, key: PayEngineKey | undefined) {
  return key === undefined ? proveGone(context, state) : otherLiveKeys(context, state);
}

/** Whether the previous key was revoked before its time. */
async function isPreviousGone(context: Context, state: ApiKeyState): Promise<boolean> {
  const { previousKeyId, uniqueName } = state;
  if (previousKeyId === undefined) return false;
  const key = await getKey(context, previousKeyId, uniqueName);
  if (key === undefined) await provePreviousGone(context, state);
  return key === undefined || key.isRevoked;
}

async function getKey(context: Context, keyId: string, name: string): Promise<PayEngineKey | undefined> {
  try {
    return await context.readKey(keyId, name);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/**
 * Drops the resource only if no other key of it is active and no attempt is unresolved: without its own key, nothing shows
 * whether the list is current. Otherwise the next `up` revokes what is left.
 */
function goneState(state: ApiKeyState, others: readonly PayEngineKey[]): ApiKeyState | undefined {
  // The list may not show the previous key yet, so it was read by ID.
  const isLast = others.length === 0 && state.previousKeyId === undefined;
  // If dropped, the program might adopt the same key again, which is gone.
  const isAdopted = state.adoptedKeyId !== undefined;
  if (isLast && !isAdopted && isResolved(journalOf(state))) return undefined;
  const rest = omit(state, "keyId", "token", "fingerprint", "redactedToken", "createdAt");
  return { ...rest, pendingAction: "create" };
}

/** PayEngine shows a public key's value, which may have changed. */
function refreshed(state: ApiKeyState, key: PayEngineKey): ApiKeyState {
  if (state.type !== "public" || key.value === undefined) return state;
  const { value, redacted, createdAt = state.createdAt } = key;
  return plain({ ...state, ...valueFields(value, redacted), createdAt });
}
