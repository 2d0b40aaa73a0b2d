import { authenticates } from "../payengine/calls";
import { messageOf, NotFoundError, sentence } from "../payengine/errors";
import { fingerprint, matchesRedacted } from "../payengine/key-value";
import type { PayEngineKey } from "../payengine/read-answer";
import { redact } from "../payengine/redact";
import { type Context, type Failure, KeyError, UNKNOWN } from "./context";
import { accountFields } from "./proof";
import type { Adopt, ApiKeyInputs, Outcome } from "./schema";
import { keyFields, plain } from "./state";

export type Earlier = Partial<
  Pick<ApiKeyInputs, "uniqueName" | "type" | "namePrefix" | "adoptedKeyId" | "adoptedFingerprint">
>;

/** The arguments that adoption depends on. */
export interface Asked {
  readonly type: string;
  readonly namePrefix: string;
  readonly adopt?: Adopt | typeof UNKNOWN | undefined;
  readonly rotation?: ApiKeyInputs["rotation"];
}

/** Inputs and failures of an adoption. */
export interface Adoption {
  readonly inputs: Pick<ApiKeyInputs, "adoptedKeyId" | "adoptedFingerprint" | "madeByHand"> & {
    readonly adopt?: Asked["adopt"];
  };
  readonly failures: readonly Failure[];
}

/**
 * Checks `adopt`. Only the inputs of a creation hold the value: Pulumi would store a secret in plaintext if check returned
 * it without the program passing it.
 */
export function adoptionOf(earlier: Earlier, asked: Asked): Adoption {
  const { adopt } = asked;
  const known = adopt === UNKNOWN ? undefined : adopt;
  if (known !== undefined && known.keyId === undefined)
    return {
      inputs: {},
      failures: [{ property: "adopt.keyId", reason: "is missing; set it to the key ID" }],
    };
  if (earlier.uniqueName === undefined) {
    const adoptedKeyId = adopt === UNKNOWN ? UNKNOWN : known?.keyId;
    const adoptedFingerprint = adopt === UNKNOWN ? UNKNOWN : known && printOf(known);
    return { inputs: plain({ adopt, adoptedKeyId, adoptedFingerprint }), failures: [] };
  }
  const { adoptedKeyId, adoptedFingerprint } = earlier;
  const failures = known === undefined ? [] : laterFailures(earlier, asked, known);
  return { inputs: plain({ adoptedKeyId, adoptedFingerprint }), failures };
}

/** Checks an `adopt` that is still in the program of a resource that has a key. At most one failure. */
function laterFailures(earlier: Earlier, { type, namePrefix }: Asked, adopt: Adopt): Failure[] {
  const { adoptedKeyId, adoptedFingerprint } = earlier;
  const replaced = "has changed, which replaces the key, but the program still adopts a key;";
  const rules: [property: string, isBroken: boolean, reason: string][] = [
    [
      "adopt",
      adoptedKeyId === undefined,
      "was added to a resource that already has a key; adopt the existing key in a separate resource",
    ],
    [
      "adopt.keyId",
      differs(adopt.keyId, adoptedKeyId),
      "is not the key that this resource adopted; set it back, or remove adopt",
    ],
    [
      "adopt.token",
      differs(printOf(adopt), adoptedFingerprint),
      "is not the value that this resource adopted; set it back, or remove adopt",
    ],
    ["type", type !== earlier.type, `${replaced} remove adopt first`],
    ["namePrefix", differs(namePrefix, earlier.namePrefix), `${replaced} remove adopt first`],
  ];
  const broken = rules.find(([, isBroken]) => isBroken);
  return broken === undefined ? [] : [{ property: broken[0], reason: broken[2] }];
}

/**
 * The notice in a preview about a new resource that adopts a key. The engine shows it like any creation.
 *
 * @param inputs the inputs that check returns.
 */
export function adoptionNotice(olds: object, inputs: Partial<ApiKeyInputs>): string | undefined {
  const { namePrefix, uniqueName, adoptedKeyId, adoptedFingerprint } = inputs;
  const isPreview = uniqueName === UNKNOWN;
  if ("uniqueName" in olds || !isPreview || adoptedFingerprint === undefined) return undefined;
  const key = adoptedKeyId === undefined || adoptedKeyId === UNKNOWN ? "an existing key" : adoptedKeyId;
  return `${namePrefix} adopts ${key}: no key is created at PayEngine.`;
}

export function printOf({ token }: Adopt): string {
  return token === UNKNOWN ? UNKNOWN : fingerprint(token);
}

function differs(asked: string | undefined, earlier: string | undefined): boolean {
  return asked !== UNKNOWN && asked !== earlier;
}

/**
 * Adopts an existing key. Changes nothing at PayEngine.
 *
 * @throws KeyError if the key does not match the arguments, or the value is not proven to belong to it.
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
      throw new Error(
        `It is ${redact(key.type, [])} at PayEngine, but type is ${inputs.type} in the program`,
      );
    await requireProof(context, key, given);
    const fields = keyFields(inputs.uniqueName, { ...key, value: given.token });
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
    throw new Error("It does not exist in the account of payengine:apiKey; check adopt.keyId", {
      cause: error,
    });
  }
}

/** Makes sure that the value works and belongs to this key. */
async function requireProof(
  context: Context,
  key: PayEngineKey,
  { token, allowUnproven }: Adopt,
): Promise<void> {
  if (key.type !== "public" && !(await authenticates(context.clientFor(token))))
    throw new Error("PayEngine does not accept adopt.token; set it to this key's value");
  const shown = key.type === "public" ? key.value : key.redacted;
  const matches = shown ? matchesRedacted(token, shown) : undefined;
  if (matches === false)
    throw new Error(
      "adopt.token does not match the redacted value that PayEngine shows; set it to this key's value",
    );
  if (matches === undefined && allowUnproven !== true) {
    throw new Error(
      "PayEngine shows no redacted value of this key, so nothing proves that adopt.token is its value; if you are certain, " +
        "set adopt.allowUnproven: true",
    );
  }
}
