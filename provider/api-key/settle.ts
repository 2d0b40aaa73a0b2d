import type { Context } from "./context";
import { generationOf } from "./names";
import {
  type Attempts,
  explained,
  keysInUse,
  leftNothing,
  mayStillAppear,
  REMEMBERED,
  remembered,
} from "./pending";
import { type ApiKeyState, omit, plain } from "./state";
import { revoke, revokeStrays } from "./strays";

/** What is left after a look for strays. */
interface Cleared {
  readonly attempts: Attempts;
  /** Ids of the keys in use that the list showed. */
  readonly kept: readonly string[];
  /** Names of the keys that were found and revoked. */
  readonly revoked: readonly string[];
}

/**
 * Revokes what attempts have left: the key that the latest is known to have made, and whatever bears a name of this
 * resource. A key that PayEngine does not find by its id may only not be known yet: it explains nothing.
 *
 * @param keep ids of the keys in use.
 * @throws Error where a key may live on.
 */
export async function clearUp(
  context: Context,
  unique: string,
  attempts: Attempts,
  keep: readonly string[],
): Promise<Cleared> {
  const { latest = "", strayId } = attempts;
  const isRevoked = strayId !== undefined && (await revoke(context.client, strayId));
  const { revoked, kept } = await revokeStrays(context.client, unique, keep);
  const found = isRevoked ? [latest, ...revoked] : revoked;
  return { attempts: explained(attempts, found), kept, revoked: found };
}

/** With a key in hand, revokes what other attempts have left, and marks the state while one may still take effect. */
export async function settle(context: Context, state: ApiKeyState, attempts: Attempts): Promise<ApiKeyState> {
  const settled = plain({ ...omit(state, ...REMEMBERED), latestName: takenName(state, attempts) });
  let left = attempts;
  try {
    const cleared = await clearUp(context, state.uniqueName, attempts, keysInUse(settled));
    left = cleared.attempts;
    const listIsCurrent = cleared.kept.includes(state.keyId ?? "") && !mayStillAppear(context, left);
    if (leftNothing(left) || listIsCurrent) return settled;
  } catch {
    // The key is safe in hand. The mark makes the next `up` look again, and every one until a look succeeds.
  }
  return { ...settled, ...remembered(left, state.name, "settle") };
}

/** A name of the next generation that was tried in vain: PayEngine may never give it again. */
function takenName({ uniqueName, name }: ApiKeyState, { latest }: Attempts): string | undefined {
  const isLater = latest !== undefined && generationOf(uniqueName, latest) > generationOf(uniqueName, name);
  return isLater ? latest : undefined;
}
