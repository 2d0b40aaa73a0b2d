import { authenticates } from "../payengine/calls";
import { messageOf, NotFoundError, sentence } from "../payengine/errors";
import { matchesRedacted } from "../payengine/key-value";
import type { PayEngineKey } from "../payengine/read-answer";
import { redact } from "../payengine/redact";
import type { Context } from "./context";
import { KeyError } from "./key-error";
import { accountFields } from "./place";
import { type Adopt, type ApiKeyInputs, issuedFields, type Outcome, plain } from "./state";

/**
 * Takes over a key that exists. Changes nothing at PayEngine.
 *
 * @throws KeyError where the key is not what the program says, or the value is not proven to be that key's.
 */
export async function adopt(
  context: Context,
  inputs: ApiKeyInputs,
  given: Adopt & { readonly keyId: string },
): Promise<Outcome> {
  try {
    const account = await accountFields(context);
    const key = await liveKey(context, given.keyId);
    if (key.type !== inputs.type)
      throw new Error(`It is ${redact(key.type, [])} at PayEngine, but the program says ${inputs.type}`);
    await requireProof(context, key, given);
    const fields = issuedFields(inputs.uniqueName, { ...key, value: given.token });
    return { kind: "complete", state: plain({ ...inputs, ...account, ...fields }) };
  } catch (error) {
    throw new KeyError(
      `Could not adopt the key ${given.keyId} as "${inputs.uniqueName}": ${sentence(messageOf(error))} Nothing was ` +
        "changed.",
    );
  }
}

async function liveKey(context: Context, keyId: string): Promise<PayEngineKey> {
  try {
    const key = await context.client.getKey(keyId);
    if (key.isRevoked) throw new Error("It is revoked");
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
  if (key.type !== "public" && !(await authenticates(context.clientFor(token))))
    throw new Error("PayEngine does not accept adopt.token; give the value of this key");
  const shown = key.type === "public" ? key.value : key.redacted;
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
