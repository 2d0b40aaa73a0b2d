import { type Failure, UNKNOWN } from "../config";
import { type Adopt, type ApiKeyInputs, fingerprint, plain } from "./state";

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
export function adoptionOf(earlier: Earlier, { type, namePrefix, adopt }: Asked): Adoption {
  const known = adopt === UNKNOWN ? undefined : adopt;
  if (known !== undefined && known.keyId === undefined)
    return { inputs: {}, failures: [{ property: "adopt.keyId", reason: "is missing; give the key's id" }] };
  if (earlier.uniqueName === undefined) {
    const adoptedKeyId = adopt === UNKNOWN ? UNKNOWN : known?.keyId;
    const adoptedFingerprint = adopt === UNKNOWN ? UNKNOWN : known && printOf(known);
    return { inputs: plain({ adopt, adoptedKeyId, adoptedFingerprint }), failures: [] };
  }
  const { adoptedKeyId, adoptedFingerprint } = earlier;
  const inputs = plain({ adoptedKeyId, adoptedFingerprint });
  if (known === undefined) return { inputs, failures: [] };
  const failure = (property: string, reason: string): Adoption => ({
    inputs,
    failures: [{ property, reason }],
  });
  if (adoptedKeyId === undefined)
    return failure(
      "adopt",
      "was added to a resource that has a key already; give the existing key a resource of its own",
    );
  if (differs(known.keyId, adoptedKeyId))
    return failure(
      "adopt.keyId",
      "is not the key that this resource has adopted; set it back, or take adopt out",
    );
  if (differs(printOf(known), adoptedFingerprint))
    return failure(
      "adopt.token",
      "is not the value that this resource has adopted; set it back, or take adopt out",
    );
  const changed =
    type !== earlier.type ? "type" : differs(namePrefix, earlier.namePrefix) ? "namePrefix" : undefined;
  if (changed === undefined) return { inputs, failures: [] };
  return failure(
    changed,
    "has changed, which replaces the key, while the program still says which key to adopt; take adopt out first",
  );
}

export function printOf({ token }: Adopt): string {
  return token === UNKNOWN ? UNKNOWN : fingerprint(token);
}

function differs(asked: string | undefined, earlier: string | undefined): boolean {
  return asked !== UNKNOWN && asked !== earlier;
}
