import type { Contract } from "../../provider/payengine/contract";
import { matchesRedacted } from "../../provider/payengine/key-value";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import { redact } from "../../provider/payengine/redact";
import type { ContractChange } from "./contract-lines";

// Words that accounts commonly use for types and statuses, which payengine:contract maps.

const LONGEST_WORD = 40;
const LIVE = "active enabled live valid ok on in_use working activated issued".split(" ");
const DEAD = (
  "revoked disabled inactive deleted deactivated expired suspended blocked archived removed cancelled canceled invalid " +
  "invalidated destroyed terminated off"
).split(" ");
const TYPES = {
  private: "private secret server server_side backend private_key secret_key sk prv".split(" "),
  public: "public publishable client client_side frontend public_key publishable_key pk".split(" "),
} as const;

/** Whether a status commonly means that a key works. */
export function meansLive(status: string): boolean {
  return LIVE.includes(folded(status));
}

/** Whether a status commonly means that a key does not work. */
export function meansDead(status: string): boolean {
  return DEAD.includes(folded(status));
}

/** The type that a word commonly means. */
export function meantType(word: string): "public" | "private" | undefined {
  return (["private", "public"] as const).find((type) => TYPES[type].includes(folded(word)));
}

/**
 * The account's words for the two types, where they differ from the contract's.
 *
 * @param keys read with the contract.
 * @param own a private key's value, which a listed key's redacted value may match.
 */
export function typeChanges(
  keys: readonly PayEngineKey[],
  own: string,
): readonly (ContractChange & { readonly value: string })[] {
  const unknown = keys.filter(({ type }) => type !== "" && type !== "public" && type !== "private");
  const wordFor = (type: "public" | "private", isSo: (key: PayEngineKey) => boolean) => {
    if (keys.some((key) => key.type === type)) return [];
    const word =
      unknown.find(isSo)?.type ??
      wordsOf(unknown.map((key) => key.type)).find((it) => meantType(it) === type);
    return word === undefined ? [] : [{ path: `types.${type}`, value: shown(word) }];
  };
  return [
    ...wordFor(
      "private",
      ({ redacted }) => Boolean(redacted) && matchesRedacted(own, redacted ?? "") === true,
    ),
    ...wordFor("public", ({ value }) => value?.startsWith("pk_") === true),
  ];
}

/** The contract's words for revoked keys, plus these. */
export function revokedStatuses(contract: Contract, words: readonly string[]): ContractChange {
  return { path: "revokedStatuses", value: [...new Set([...contract.revokedStatuses, ...words])] };
}

/** The distinct words, sorted. A text that may be a secret is not shown. */
export function wordsOf(words: readonly string[]): string[] {
  return [...new Set(words)]
    .filter((word) => word !== "")
    .map(shown)
    .sort();
}

function folded(word: string): string {
  return word.toLowerCase().replace(/[\s-]/g, "_");
}

/** A short word; a longer text may be a secret. */
function shown(word: string): string {
  return word.length <= LONGEST_WORD && redact(word, []) === word ? word : "[not a word]";
}
