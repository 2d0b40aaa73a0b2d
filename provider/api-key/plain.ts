import { UNKNOWN } from "./context";
import { DIGITS, MAX_PREFIX_LENGTH } from "./names";
import type { ApiKeyInputs, ApiKeyState, Earlier, Program, Rotation, Verify } from "./schema";

// Loading the schema library takes longer than all requests of a refresh. Data from Pulumi nearly always fits, so these
// plain checks come first; the schemas are loaded only for the rest and for error messages. Data that passes here also
// passes the schema, with the same result (test/unit/plain.test.ts).

/** The schemas of programs and states. */
export const schemas = (): typeof import("./schema") => require("./schema");

type Properties = Readonly<Record<string, unknown>>;
type Look<T> = (value: unknown) => value is T;
/** A check per field, typed by the schema. */
type Looks<T> = { readonly [Field in keyof T]-?: Look<Exclude<T[Field], undefined>> };

const isString: Look<string> = (value) => typeof value === "string";
const isBoolean: Look<boolean> = (value) => typeof value === "boolean";
const isNumber: Look<number> = (value): value is number => Number.isFinite(value);
const isUnknown: Look<typeof UNKNOWN> = (value) => value === UNKNOWN;
const isAbsent: Look<never> = (_value): _value is never => false;
const isObject: Look<Record<string, unknown>> = (value): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
const isVerify: Look<Verify> = (value): value is Verify =>
  isBoolean(value) ||
  isUnknown(value) ||
  (isObject(value) && only(value, { timeout: isString }, ["timeout"]));
const isRotation: Look<Rotation> = (value): value is Rotation =>
  isObject(value) && only(value, { period: isString, triggers: isTriggers, overlap: isString }, ["overlap"]);
const isTriggers: Look<NonNullable<Rotation["triggers"]>> = (value): value is typeof UNKNOWN =>
  isUnknown(value) || isObject(value);
const isStrings: Look<string[]> = (value): value is string[] => Array.isArray(value) && value.every(isString);
const isStringRecord: Look<Record<string, string>> = (value): value is Record<string, string> =>
  isObject(value) && Object.values(value).every(isString);

const INPUTS: Looks<ApiKeyInputs> = {
  type: isString,
  namePrefix: isString,
  uniqueName: isString,
  verify: isVerify,
  rotation: (value) => isUnknown(value) || isRotation(value),
  rotateAt: isString,
  adoptedKeyId: isString,
  adoptedFingerprint: isString,
  madeByHand: isBoolean,
  pinnedAccountId: isString,
  providerName: isString,
  apiUrl: isString,
  credentialFingerprint: isString,
};

const STATE: Looks<ApiKeyState> = {
  ...INPUTS,
  pendingAction: (value) => value === "create" || value === "reconcile",
  unresolvedNames: isStrings,
  reconcileAfter: isString,
  latestName: isString,
  orphanKeyIds: isStringRecord,
  name: isString,
  accountId: isString,
  merchantId: isString,
  keyId: isString,
  token: isString,
  redactedToken: isString,
  fingerprint: isString,
  createdAt: isString,
  generation: isNumber,
  rotatedAt: isString,
  previousRevokeAt: isString,
  previousKeyId: isString,
  previousToken: isString,
  previousRedactedToken: isString,
  previousFingerprint: isString,
};

/** Checks of the earlier inputs that check uses. */
const { verify: _verify, providerName: _providerName, ...EARLIER } = INPUTS;

const HEX_DIGITS = new RegExp(`^[0-9a-f]{${DIGITS}}$`);
const PLAIN_NAME = new RegExp(`^[\\w.-]{1,${MAX_PREFIX_LENGTH}}$`);

/** Whether a name prefix is certainly valid. */
export const isPlainName: Look<string> = (value): value is string =>
  isString(value) && PLAIN_NAME.test(value);

const PROGRAM: Looks<Program> = {
  type: (value) => value === "public" || value === "private",
  namePrefix: isPlainName,
  verify: isBoolean,
  rotation: isAbsent,
  adopt: isAbsent,
  defaultNamePrefix: isString,
  digits: (value): value is string => isString(value) && (isUnknown(value) || HEX_DIGITS.test(value)),
  protect: isBoolean,
  __provider: isString,
};

export const isInputField = (name: string): boolean => name in INPUTS;
export const isProgramField = (name: string): boolean => name in PROGRAM;

/** Each returns undefined if only the schema can decide. */
export const plainInputs = (properties: Properties): ApiKeyInputs | undefined =>
  fitting<ApiKeyInputs>(properties, INPUTS, ["type", "namePrefix", "uniqueName"]);

export const plainState = (properties: Properties): ApiKeyState | undefined =>
  fitting<ApiKeyState>(properties, STATE, ["type", "namePrefix", "uniqueName", "name"]);

export const plainEarlier = (properties: Properties): Earlier | undefined =>
  fitting<Earlier>(properties, EARLIER, []);

export const plainProgram = (properties: Properties): Program | undefined =>
  Object.keys(properties).every(isProgramField)
    ? fitting<Program>(properties, PROGRAM, ["type", "defaultNamePrefix", "digits"])
    : undefined;

/** The checked fields, if all of them fit. */
function fitting<T>(
  properties: Properties,
  looks: { readonly [Field in keyof T]-?: (value: unknown) => boolean },
  required: readonly (keyof T & string)[],
): T | undefined {
  const present = Object.entries<(value: unknown) => boolean>(looks).filter(
    ([name]) => properties[name] !== undefined,
  );
  const fits =
    required.every((name) => properties[name] !== undefined) &&
    present.every(([name, look]) => look(properties[name]));
  return fits ? (Object.fromEntries(present.map(([name]) => [name, properties[name]])) as T) : undefined;
}

/** Whether an object fits and has no other fields. */
function only(
  value: Properties,
  looks: Readonly<Record<string, (value: unknown) => boolean>>,
  required: readonly string[],
): boolean {
  return (
    Object.keys(value).every((name) => name in looks) &&
    fitting<Record<string, unknown>>(value, looks, required) !== undefined
  );
}
