import { guardAccount } from "../account";
import { KeyError, messageOf, NotFoundError, sentence } from "../errors";
import { isRevoked, type PayEngineKey } from "../payengine-api";
import { redact } from "../redact";
import type { Context } from "./context";
import { type Adopt, type ApiKeyInputs, issuedFields, type Outcome, plain } from "./state";

/**
 * Takes over a key that exists. Changes nothing at PayEngine.
 *
 * @throws KeyError where the key is not what the program says, or the value is not proven to be that key's.
 */
export async function adopt(context: Context, inputs: ApiKeyInputs, given: Adopt): Promise<Outcome> {
  try {
    const accountId = await guardAccount(context, { pinned: inputs.accountId });
    const key = await liveKey(context, given.keyId);
    if (key.type !== inputs.type)
      throw new Error(`It is ${redact(key.type, [])} at PayEngine, but the program says ${inputs.type}`);
    await requireProof(context, key, given);
    const fields = issuedFields(inputs.uniqueName, { ...key, key: given.token });
    return { kind: "complete", state: plain({ ...inputs, accountId, ...fields }) };
  } catch (error) {
    throw new KeyError(
      `Could not adopt the key ${given.keyId} as "${inputs.uniqueName}": ${sentence(messageOf(error))} Nothing was ` +
        "changed.",
    );
  }
}

async function liveKey(context: Context, keyId: string): Promise<PayEngineKey> {
  try {
    const key = await context.api.getKey(keyId);
    if (key.id !== keyId) throw new Error("PayEngine answered with another key");
    if (isRevoked(key)) throw new Error("It is revoked");
    return key;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new Error("PayEngine does not find it in the account of payengine:apiKey; check adopt.keyId", {
      cause: error,
    });
  }
}

/** The value has to work, and to be the one of this key. */
async function requireProof(
  context: Context,
  key: PayEngineKey,
  { token, allowUnproven }: Adopt,
): Promise<void> {
  if (key.type !== "public" && !(await context.authenticates(token)))
    throw new Error("PayEngine does not accept adopt.token; give the value of this key");
  const shown = key.type === "public" ? key.key : key.redactedKey;
  const matches = shown ? matchesRedacted(token, shown) : undefined;
  if (matches === false)
    throw new Error(
      "adopt.token is not the value of this key: PayEngine shows another one; give the value of this key",
    );
  if (matches === undefined && allowUnproven !== true) {
    throw new Error(
      "PayEngine shows nothing of this key's value, so nothing proves that adopt.token is it; where you are certain, set " +
        "adopt.allowUnproven: true",
    );
  }
}

/** Characters that a redacted form has to show before it proves anything. */
const LEAST_SHOWN = 4;

/**
 * Says whether a value is the one that a redacted form such as `3f9a…c21d` stands for.
 *
 * @returns undefined where too little is shown to tell.
 */
export function matchesRedacted(token: string, redacted: string): boolean | undefined {
  const [start = "", ...rest] = redacted.split(/(?:…|\.{2,}|\*+|•+)/);
  const end = rest.at(-1);
  if (end === undefined) return token === redacted;
  if (start.length + end.length < LEAST_SHOWN) return undefined;
  return token.length >= start.length + end.length && token.startsWith(start) && token.endsWith(end);
}
