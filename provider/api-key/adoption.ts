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

/** What the program says, as far as adoption depends on it. */
export interface Asked {
  readonly type: string;
  readonly namePrefix: string;
  readonly adopt?: Adopt | typeof UNKNOWN | undefined;
  readonly rotation?: ApiKeyInputs["rotation"];
}

/** What check keeps of an adoption. */
export interface Adoption {
  readonly inputs: Pick<ApiKeyInputs, "adoptedKeyId" | "adoptedFingerprint" | "madeByHand"> & {
    readonly adopt?: Asked["adopt"];
  };
  readonly failures: readonly Failure[];
}

/**
 * Decides what becomes of `adopt`. Only the inputs of a creation hold the value: a secret that check returned without
 * the program passing it would stand in state in the clear.
 */
export function adoptionOf(earlier: Earlier, asked: Asked): Adoption {
  const { adopt } = asked;
  const known = adopt === UNKNOWN ? undefined : adopt;
  if (known !== undefined && known.keyId === undefined)
    return { inputs: {}, failures: [{ property: "adopt.keyId", reason: "is missing; give the key's id" }] };
  if (earlier.uniqueName === undefined) {
    const adoptedKeyId = adopt === UNKNOWN ? UNKNOWN : known?.keyId;
    const adoptedFingerprint = adopt === UNKNOWN ? UNKNOWN : known && printOf(known);
    return { inputs: plain({ adopt, adoptedKeyId, adoptedFingerprint }), failures: [] };
  }
  const { adoptedKeyId, adoptedFingerprint } = earlier;
  const failures = known === undefined ? [] : laterFailures(earlier, asked, known);
  return { inputs: plain({ adoptedKeyId, adoptedFingerprint }), failures };
}

/** What is wrong with an `adopt` that still stands in the program of a resource that has a key: at most one thing. */
function laterFailures(earlier: Earlier, { type, namePrefix }: Asked, adopt: Adopt): Failure[] {
  const { adoptedKeyId, adoptedFingerprint } = earlier;
  const replaced = "has changed, which replaces the key, while the program still says which key to adopt;";
  const rules: [property: string, isBroken: boolean, reason: string][] = [
    [
      "adopt",
      adoptedKeyId === undefined,
      "was added to a resource that has a key already; give the existing key a resource of its own",
    ],
    [
      "adopt.keyId",
      differs(adopt.keyId, adoptedKeyId),
      "is not the key that this resource has adopted; set it back, or take adopt out",
    ],
    [
      "adopt.token",
      differs(printOf(adopt), adoptedFingerprint),
      "is not the value that this resource has adopted; set it back, or take adopt out",
    ],
    ["type", type !== earlier.type, `${replaced} take adopt out first`],
    ["namePrefix", differs(namePrefix, earlier.namePrefix), `${replaced} take adopt out first`],
  ];
  const broken = rules.find(([, isBroken]) => isBroken);
  return broken === undefined ? [] : [{ property: broken[0], reason: broken[2] }];
}

/**
 * What a preview says of a new resource that takes over a key, which the engine shows as any creation.
 *
 * @param inputs what check answers.
 */
export function adoptionNotice(olds: object, inputs: Partial<ApiKeyInputs>): string | undefined {
  const { namePrefix, uniqueName, adoptedKeyId, adoptedFingerprint } = inputs;
  const isPreview = uniqueName === UNKNOWN;
  if ("uniqueName" in olds || !isPreview || adoptedFingerprint === undefined) return undefined;
  const key = adoptedKeyId === undefined || adoptedKeyId === UNKNOWN ? "an existing key" : adoptedKeyId;
  return `${namePrefix} adopts ${key}: no key is made at PayEngine.`;
}

export function printOf({ token }: Adopt): string {
  return token === UNKNOWN ? UNKNOWN : fingerprint(token);
}

function differs(asked: string | undefined, earlier: string | undefined): boolean {
  return asked !== UNKNOWN && asked !== earlier;
}

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
