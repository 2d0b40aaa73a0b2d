import { type Contract, FIELDS, type Field } from "../../provider/payengine/contract";
import { unwrapped } from "../../provider/payengine/read-answer";
import { guessFields, guessPublicValueField, hasField, namesOf } from "../contract/guess-fields";
import { ISO_DATE, isObject, shapeOf, told } from "../contract/shape";
import { counted } from "../terminal";
import { type Finding, fail, pass, REPORT_IT, SET_IT, skip, warn } from "./finding";

/** Keys can be found only if a list has these. */
const NEEDED: readonly Field[] = ["id", "name"];

/** What does not work without a field. */
const WITHOUT: Readonly<Record<Field, string>> = {
  id: "keys cannot be read or revoked",
  name: "keys cannot be found by name",
  type: "key types are not compared",
  value: "public keys' values are not refreshed",
  redacted: "values are not compared with the list",
  status: "every listed key counts as live",
  createdAt: "creation times come from this machine's clock",
  lastUsedAt: "keys in use are not recognized",
};

/**
 * Compares raw keys from a response with the fields of the contract.
 *
 * @param where the response that has the keys, such as "list".
 */
export function fieldFindings(where: string, keys: readonly unknown[], contract: Contract): Finding[] {
  const check = `${where}: fields`;
  if (keys.length === 0) return [skip(check, "there is no key to check")];
  const guesses = guessFields(keys, contract);
  const publicValue = guessPublicValueField(keys, contract);
  const there = FIELDS.filter(
    (field) => field !== "value" && keys.some((key) => hasField(key, field, contract)),
  );
  const names = fieldNames(keys, there, contract);
  const missing = FIELDS.filter((field) => field !== "value" && !there.includes(field));
  const optional = missing.filter((field) => !NEEDED.includes(field) && guesses[field] === undefined);
  const lacks = optional.map((field) => `; no ${field}, so ${WITHOUT[field]}`).join("");
  return [
    ...(names.length > 0
      ? [pass(check, `${names.join(", ")} on ${counted(keys.length, "key")}${lacks}`)]
      : []),
    ...missing.flatMap((field) => missingFinding(where, field, guesses[field], keys.length)),
    ...there.flatMap((field) => partlyMissing(where, field, keys, contract)),
    ...dates(where, keys, contract),
    ...(publicValue === undefined ? [] : [valueFinding(where, publicValue)]),
  ];
}

function fieldNames(keys: readonly unknown[], fields: readonly Field[], contract: Contract): string[] {
  return fields.flatMap((field) =>
    namesOf(field, contract).filter((name) => keys.some((key) => has(key, name))),
  );
}

/** Describes a response that is one key, and names the contract's fields that it has. */
export function toldKey(raw: unknown, contract: Contract): string {
  const names = fieldNames([unwrapped(raw)], FIELDS, contract);
  return [told(shapeOf(raw, "object")), ...(names.length > 0 ? [names.join(", ")] : [])].join("; ");
}

function missingFinding(where: string, field: Field, guess: string | undefined, count: number): Finding[] {
  const check = `${where}: ${field}`;
  const isNeeded = NEEDED.includes(field);
  if (guess === undefined) {
    const found = `is missing on ${counted(count, "key")}, and no other field looks like it, so ${WITHOUT[field]}`;
    const todo = `if another field has it, set payengine:contract.fields.${field} to that field's name; otherwise ${REPORT_IT}`;
    return isNeeded ? [fail(check, found, todo)] : [];
  }
  const found = `is missing on ${counted(count, "key")}; "${guess}" looks like it`;
  const changes = [{ path: `fields.${field}`, value: guess }];
  return [isNeeded ? fail(check, found, SET_IT, changes) : warn(check, found, SET_IT, changes)];
}

/** A list can be read only if each entry has an ID. */
function partlyMissing(where: string, field: Field, keys: readonly unknown[], contract: Contract): Finding[] {
  const without = keys.filter((key) => !hasField(key, field, contract)).length;
  if (field !== "id" || without === 0) return [];
  const found = `is missing on ${without} of ${counted(keys.length, "key")}, so the list cannot be read`;
  return [fail(`${where}: id`, found, REPORT_IT)];
}

function dates(where: string, keys: readonly unknown[], contract: Contract): Finding[] {
  const [name] = namesOf("createdAt", contract).filter((it) => keys.some((key) => has(key, it)));
  if (name === undefined) return [];
  const wrong = keys.filter((key) => has(key, name) && !ISO_DATE.test(String(Object(key)[name]))).length;
  if (wrong === 0) return [];
  const found = `${name} is not an ISO 8601 date on ${wrong} of ${counted(keys.length, "key")}`;
  return [
    warn(`${where}: createdAt`, found, "new keys cannot be told from old ones; report this with --report"),
  ];
}

function valueFinding(where: string, name: string): Finding {
  const found = `public keys have their values in "${name}", not in the contract's field`;
  return warn(`${where}: value`, found, SET_IT, [{ path: "fields.value", value: name }]);
}

function has(key: unknown, name: string): boolean {
  return isObject(key) && key[name] !== undefined;
}
