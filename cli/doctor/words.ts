import type { Contract } from "../../provider/payengine/contract";
import { matchesRedacted } from "../../provider/payengine/key-value";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import { redact } from "../../provider/payengine/redact";
import { type ContractChange, type Finding, fail, pass, SET_IT, skip, warn } from "./finding";

// The account's words for types and statuses, which payengine:contract maps.

const LONGEST_WORD = 40;
const LIVE = "active enabled live valid ok on in_use working activated issued".split(" ");
const DEAD = (
  "revoked disabled inactive deleted deactivated expired suspended blocked archived removed cancelled canceled invalid " +
  "invalidated destroyed terminated off"
).split(" ");
const PRIVATE = "private secret server server_side backend private_key secret_key sk prv".split(" ");
const PUBLIC = "public publishable client client_side frontend public_key publishable_key pk".split(" ");

/** @param credential a private key, which the list may show too. */
export function typesFinding(keys: readonly PayEngineKey[], contract: Contract, credential: string): Finding {
  const check = "list: types";
  const words = wordsOf(keys.map(({ type }) => type));
  if (words.length === 0) return skip(check, "no key shows its type");
  const unknown = words.filter((word) => word !== "public" && word !== "private");
  const changes: ContractChange[] = [];
  if (!words.includes("private")) {
    const own = keys.find(
      ({ redacted, type }) =>
        unknown.includes(type) && redacted && matchesRedacted(credential, redacted) === true,
    );
    const word = (own && shown(own.type)) ?? meaning(unknown, PRIVATE);
    if (word !== undefined) changes.push({ path: "types.private", value: word });
  }
  if (!words.includes("public")) {
    const own = keys.find(({ value, type }) => unknown.includes(type) && value?.startsWith("pk_"));
    const word = (own && shown(own.type)) ?? meaning(unknown, PUBLIC);
    if (word !== undefined) changes.push({ path: "types.public", value: word });
  }
  if (changes.length > 0) {
    const seen = changes
      .map(({ path, value }) => `"${value}" for ${path.replace("types.", "")}`)
      .join(" and ");
    return fail(check, `this account uses other words: ${seen}`, SET_IT, changes);
  }
  if (unknown.length === 0) return pass(check, words.join(" and "));
  const { types } = contract;
  return warn(
    check,
    `${inQuotes(unknown)}: neither "${types.public}" nor "${types.private}"`,
    "if one of these means public or private, set payengine:contract.types.public or payengine:contract.types.private",
  );
}

export function statusesFinding(keys: readonly PayEngineKey[], contract: Contract): Finding {
  const check = "list: statuses";
  const words = wordsOf(keys.map(({ status }) => status));
  if (words.length === 0) return skip(check, "no key shows its status, so every listed key counts as live");
  const unknown = words.filter(
    (word) => !contract.revokedStatuses.includes(word) && !LIVE.includes(folded(word)),
  );
  if (unknown.length === 0) return pass(check, words.join(", "));
  const dead = unknown.filter((word) => DEAD.includes(folded(word)));
  const found = `${inQuotes(unknown)}: neither "active" nor among payengine:contract.revokedStatuses, so such keys count as live`;
  if (dead.length === 0) {
    const todo =
      "if one of these means that a key no longer works, add it to payengine:contract.revokedStatuses";
    return warn(check, found, todo);
  }
  const todo = `if ${inQuotes(dead)} means that a key no longer works, ${SET_IT}`;
  return warn(check, found, todo, [revokedStatuses(contract, dead)]);
}

/** The contract's words for revoked keys, plus these. */
export function revokedStatuses(contract: Contract, words: readonly string[]): ContractChange {
  return { path: "revokedStatuses", value: [...new Set([...contract.revokedStatuses, ...words])] };
}

export function wordsOf(words: readonly string[]): string[] {
  return [...new Set(words)]
    .filter((word) => word !== "")
    .map(shown)
    .sort();
}

function meaning(words: readonly string[], known: readonly string[]): string | undefined {
  return words.find((word) => known.includes(folded(word)));
}

function folded(word: string): string {
  return word.toLowerCase().replace(/[\s-]/g, "_");
}

/** A short word; a longer text may be a secret. */
function shown(word: string): string {
  return word.length <= LONGEST_WORD && redact(word, []) === word ? word : "[not a word]";
}

export function inQuotes(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(", ");
}
