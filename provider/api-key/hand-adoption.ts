import { type Failure, UNKNOWN } from "../config";
import type { Adoption, Asked, Earlier } from "./adoption";
import { printOf } from "./adoption";
import { rotationOf } from "./schedule";
import { fingerprint, plain } from "./state";

/**
 * Decides what becomes of `adopt` where only people make keys: the first value is taken over, and another one is a
 * rotation. The inputs hold a value only until it is taken over.
 *
 * @param credential what the provider works with, where it is known.
 */
export function handAdoptionOf(earlier: Earlier, asked: Asked, credential: string | undefined): Adoption {
  const { adopt } = asked;
  const before = earlier.adoptedFingerprint;
  const print = adopt === UNKNOWN ? UNKNOWN : adopt && printOf(adopt);
  const isTaken = print === undefined || print === before;
  const failures = [
    ...argumentFailures(asked, credential),
    ...(print === undefined && before === undefined ? [NO_KEY] : []),
    ...(before !== undefined && !isTaken && print !== UNKNOWN ? rotationFailures(asked) : []),
  ];
  const inputs = plain({
    madeByHand: true,
    adopt: isTaken ? undefined : adopt,
    adoptedFingerprint: print ?? before,
  });
  return { inputs, failures };
}

const NO_KEY: Failure = {
  property: "adopt",
  reason:
    'is missing: payengine:contract is "dashboard", where only people make keys; make a private key in PayEngine\'s ' +
    "dashboard and give adopt: { token }",
};

function argumentFailures({ type, adopt, rotation }: Asked, credential: string | undefined): Failure[] {
  const { period, triggers } = rotationOf({ rotation }) ?? {};
  const { keyId, token } = adopt === undefined || adopt === UNKNOWN ? {} : adopt;
  const failures: [property: string, isWrong: boolean, reason: string][] = [
    [
      "type",
      type === "public",
      'is "public", which nothing can prove where only people make keys; write the value into the program, it is no secret',
    ],
    ["adopt.keyId", keyId !== undefined, "cannot be looked up where only people make keys; leave it out"],
    ["adopt.token", token?.startsWith("pk_") === true, "is a public key's value; give that of a private key"],
    [
      "adopt.token",
      token !== undefined && credential !== undefined && fingerprint(token) === fingerprint(credential),
      "is the credential that this provider works with, which it could never see revoked; make another private key for " +
        "this resource",
    ],
    ["rotation.period", period !== undefined, BY_NEW_TOKEN],
    ["rotation.triggers", triggers !== undefined, BY_NEW_TOKEN],
  ];
  return failures.flatMap(([property, isWrong, reason]) => (isWrong ? [{ property, reason }] : []));
}

const BY_NEW_TOKEN =
  "makes no key where only people do; leave it out: the key rotates when adopt.token has another value";

function rotationFailures({ rotation }: Asked): Failure[] {
  if (rotation !== undefined) return [];
  const reason =
    'has another value, which rotates the key; say how long the old one is to work beside it by rotation: { overlap: "7d" }';
  return [{ property: "adopt.token", reason }];
}
