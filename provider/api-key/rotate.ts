import { milliseconds } from "../duration";
import { messageOf, sentence } from "../payengine/errors";
import { LAG_MS } from "./absence";
import type { Context } from "./context";
import { KeyError } from "./key-error";
import { makeKey } from "./make";
import { nextName } from "./names";
import { refuseOwnCredential } from "./own-credential";
import { type Attempts, attemptsOf, keysInUse, leftNothing, REMEMBERED, remembered } from "./pending";
import { provePlace } from "./place";
import { type Rotating, rotationOf } from "./schedule";
import { clearUp } from "./settle";
import { type ApiKeyState, issuedFields, type Outcome, omit, placeFingerprint, plain } from "./state";

/**
 * Makes the next key beside the one in use, which then is the previous one. Whatever goes wrong, the key in use stays
 * in state and untouched, and the rotation stays due.
 *
 * @param inUse the state as it is to stay if there is no new key.
 */
export async function rotate(
  context: Context,
  inUse: ApiKeyState,
  { rotation, rotateAt }: Rotating,
): Promise<Outcome> {
  const { uniqueName, name, type, verify, token, keyId } = inUse;
  const generation = (inUse.generation ?? 1) + 1;
  const keep = keysInUse(inUse);
  const before = await cleared(context, inUse, keep);
  const first = nextName(uniqueName, before.latest, generation);
  return makeKey(context, {
    ...{ uniqueName, type, verify, generation, keep, before, isCreation: false },
    goal: `rotate the key "${name}" to "${first}"`,
    accept: (key) =>
      plain({
        ...omit(inUse, ...REMEMBERED),
        ...{ rotation, rotateAt, previousKeyId: keyId, previousToken: token },
        ...overlapFrom(context.now(), rotation),
        credentialFingerprint: placeFingerprint(context.credential),
        ...issuedFields(uniqueName, key),
      }),
    giveUp: ({ reason, attempts }) => {
      const untouched = `${reason} The key in use, "${name}", was not touched.`;
      if (leftNothing(attempts) && attempts.latest === first) throw new KeyError(untouched);
      const known = listedBySettling(attempts);
      return {
        kind: "unfinished",
        state: { ...omit(inUse, ...REMEMBERED), ...remembered(known, name, "settle") },
        reason: `${untouched} State remembers the name: run \`pulumi up\` again to clear up and rotate.`,
      };
    },
  });
}

/** A key of the next generation that state does not know is what an interrupted rotation has left. */
async function cleared(context: Context, inUse: ApiKeyState, keep: readonly string[]): Promise<Attempts> {
  try {
    await refuseOwnCredential(context, inUse, "current", "rotating");
    await context.readableList();
    const { attempts, kept } = await clearUp(context, inUse.uniqueName, attemptsOf(inUse), keep);
    await provePlace(context, inUse, kept);
    return attempts;
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(
      `Could not look for what an interrupted rotation of the key "${inUse.name}" may have left: ` +
        `${sentence(messageOf(error))} The key in use was not touched: run \`pulumi up\` again.`,
    );
  }
}

/** That the list shows the key in use does not tell whether it shows a newer one: that takes time. */
function listedBySettling(attempts: Attempts): Attempts {
  const { settleAfter } = attempts;
  if (settleAfter === undefined) return attempts;
  return { ...attempts, settleAfter: new Date(Date.parse(settleAfter) + LAG_MS).toISOString() };
}

function overlapFrom(now: Date, rotation: Rotating["rotation"]) {
  const end = now.getTime() + milliseconds(rotationOf({ rotation })?.overlap ?? "");
  return { rotatedAt: now.toISOString(), previousRevokeAt: new Date(end).toISOString() };
}
