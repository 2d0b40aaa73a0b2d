import { CONVENTIONAL_NAMES, type Contract, FIELDS, type Field } from "../../provider/payengine/contract";
import { isWholeValue } from "../../provider/payengine/key-value";
import { redact } from "../../provider/payengine/redact";
import { ISO_DATE, isObject, valueKind } from "./shape";

/** Other common names of a key's fields; case, "_" and "-" do not matter. */
const OTHER_NAMES: Readonly<Record<Field, string>> = {
  id: "uuid guid keyid keyuuid apikeyid identifier",
  name: "label title keyname displayname apikeyname nickname alias description",
  type: "keytype kind apikeytype category",
  value:
    "secret value token apikey privatekey secretkey keyvalue apitoken accesstoken plaintext plaintextkey rawkey fullkey " +
    "publickey credential",
  redacted:
    "redacted redactedvalue masked maskedkey maskedvalue keypreview preview hint keyhint obfuscatedkey truncatedkey " +
    "partialkey last4 lastfour shortkey",
  status: "state keystatus apikeystatus",
  createdAt: "created createdon createddate creationdate datecreated createtime insertedat",
  lastUsedAt: "lastused lastusedon lastuseddate lastuse lastusage lastseenat lastaccessedat",
};

/** Names of fields whose UUID or date is of something else. */
const OTHERS: Readonly<Partial<Record<Field, RegExp>>> = {
  id: /account|org|user|owner|merchant|creat|updat|tenant|team|company|request/i,
  createdAt: /updat|modif|expir|last|revok|delet|used|rotat|valid|until/i,
};
const FINGERPRINT = /hash|finger|digest|checksum|signature|etag/i;

/** Names that a field may have in a response, by the contract. */
export function namesOf(field: Field, { fields }: Contract): readonly string[] {
  const own = fields[field];
  return own === undefined ? CONVENTIONAL_NAMES[field] : [own];
}

/** Says whether a raw key from a response has a field. */
export function hasField(key: unknown, field: Field, contract: Contract): boolean {
  if (!isObject(key)) return false;
  return namesOf(field, contract).some((name) => {
    const value = key[name];
    // A key that was never used has no date of its last use.
    return (
      typeof value === "number" ||
      (typeof value === "string" && value !== "") ||
      (value === null && field === "lastUsedAt")
    );
  });
}

/**
 * Guesses the account's names for fields that no key has under the contract's names.
 *
 * @param keys raw keys from a response.
 */
export function guessFields(keys: readonly unknown[], contract: Contract): Partial<Record<Field, string>> {
  const objects = keys.filter(isObject);
  const isMissing = (field: Field) => !objects.some((key) => hasField(key, field, contract));
  const missing = FIELDS.filter((field) => field !== "value" && isMissing(field));
  const taken = new Set(
    FIELDS.filter((field) => !missing.includes(field)).flatMap((it) => namesOf(it, contract)),
  );
  const guesses: Partial<Record<Field, string>> = {};
  const free = () =>
    [...new Set(objects.flatMap(Object.keys))].filter((name) => !taken.has(name) && isSettable(name));
  const guess = (choose: (field: Field, names: readonly string[]) => string | undefined) => {
    for (const field of missing.filter((it) => guesses[it] === undefined)) {
      const fits = (name: string) => objects.every((key) => isLike(field, key[name]));
      const name = choose(field, free().filter(fits));
      if (name === undefined) continue;
      guesses[field] = name;
      taken.add(name);
    }
  };
  guess(byName);
  guess((field, names) => byKind(field, names, objects));
  return guesses;
}

/** The first of these names that is a common one for the field. */
export function byName(field: Field, names: readonly string[]): string | undefined {
  const known = [...CONVENTIONAL_NAMES[field], ...OTHER_NAMES[field].split(" ")].map(folded);
  return known.flatMap((wanted) => names.filter((name) => folded(name) === wanted)).at(0);
}

/** The only field whose values are of the right kind. */
function byKind(
  field: Field,
  names: readonly string[],
  keys: readonly Readonly<Record<string, unknown>>[],
): string | undefined {
  const kinds = { id: "UUID", createdAt: "date", redacted: "masked text", name: "text" } as const;
  if (!isGuessable(field, kinds)) return undefined;
  const all = names
    .filter((name) => !OTHERS[field]?.test(name))
    .filter((name) => {
      const values = keys.map((key) => key[name]);
      const isDistinct = field === "createdAt" || new Set(values).size === keys.length;
      return (
        isDistinct &&
        values.every((value) => valueKind(value) === kinds[field] || (field === "name" && isLikeName(value)))
      );
    });
  return all.length === 1 ? all[0] : undefined;
}

function isGuessable<K extends Field>(field: Field, kinds: Readonly<Record<K, string>>): field is K {
  return field in kinds;
}

function isLike(field: Field, value: unknown): boolean {
  if (field === "id")
    return (typeof value === "string" && /^\S{1,64}$/.test(value)) || typeof value === "number";
  if (field === "lastUsedAt") return value === null || value === undefined || isDate(value);
  if (field === "createdAt") return isDate(value);
  return typeof value === "string" && value !== "" && (field !== "name" || isLikeName(value));
}

// String(value) would overflow the stack for a list of lists of lists.
function isDate(value: unknown): boolean {
  return typeof value === "string" && ISO_DATE.test(value);
}

/** A name that a person or this provider gives; not a hash or a value. */
function isLikeName(value: unknown): boolean {
  return (
    typeof value === "string" &&
    ["text", "long text"].includes(valueKind(value)) &&
    !/^[0-9a-f]{16,}$/i.test(value) &&
    !value.startsWith("pk_")
  );
}

/** A name that payengine:contract accepts, and that no shell reads as a flag. */
export function isSettable(name: string): boolean {
  return /^[a-z_][\w.-]{0,63}$/i.test(name) && redact(name, []) === name;
}

function folded(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, "");
}

/**
 * Guesses which field of a key has its whole value.
 *
 * @param name of the key, which may look like a value.
 */
export function guessValueField(key: unknown, contract: Contract, name: string): string | undefined {
  if (!isObject(key)) return undefined;
  const others = FIELDS.filter((field) => field !== "value").flatMap((field) => namesOf(field, contract));
  const candidates = Object.entries(key).filter(([field, value]) => {
    const isOther = others.includes(field) || FINGERPRINT.test(field) || !isSettable(field);
    return !isOther && value !== name && isLikeValue(value);
  });
  const fields = candidates.map(([field]) => field);
  const like108 = candidates
    .filter(([, value]) => /^[0-9a-f]{108}$/i.test(String(value)))
    .map(([field]) => field);
  const named = byName("value", like108) ?? byName("value", fields);
  if (named !== undefined) return named;
  if (like108.length === 1) return like108[0];
  return fields.length === 1 ? fields[0] : undefined;
}

function isLikeValue(value: unknown): boolean {
  return valueKind(value) === "long text" && isWholeValue(String(value), "private", undefined);
}

/** Guesses which field of a listed public key has its value, by PayEngine's published format. */
export function guessPublicValueField(keys: readonly unknown[], contract: Contract): string | undefined {
  const names = keys.filter(isObject).flatMap((key) =>
    Object.entries(key)
      .filter(([, value]) => typeof value === "string" && /^pk_[a-z]+_[A-Za-z0-9]{16,}$/.test(value))
      .map(([name]) => name),
  );
  const [name, ...others] = [...new Set(names)].filter(isSettable);
  return others.length > 0 || name === undefined || namesOf("value", contract).includes(name)
    ? undefined
    : name;
}
