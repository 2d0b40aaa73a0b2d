import type { Contract } from "../../provider/payengine/contract";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import { meansDead, meansLive, revokedStatuses, typeChanges, wordsOf } from "../contract/known-words";
import { type Finding, fail, pass, SET_IT, skip, warn } from "./finding";

/** @param credential a private key, which the list may show too. */
export function typesFinding(keys: readonly PayEngineKey[], contract: Contract, credential: string): Finding {
  const check = "list: types";
  const words = wordsOf(keys.map(({ type }) => type));
  if (words.length === 0) return skip(check, "no key shows its type");
  const unknown = words.filter((word) => word !== "public" && word !== "private");
  const changes = typeChanges(keys, credential);
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
  const unknown = words.filter((word) => !contract.revokedStatuses.includes(word) && !meansLive(word));
  if (unknown.length === 0) return pass(check, words.join(", "));
  const dead = unknown.filter(meansDead);
  const found = `${inQuotes(unknown)}: neither "active" nor among payengine:contract.revokedStatuses, so such keys count as live`;
  if (dead.length === 0) {
    const todo =
      "if one of these means that a key no longer works, add it to payengine:contract.revokedStatuses";
    return warn(check, found, todo);
  }
  const todo = `if ${inQuotes(dead)} means that a key no longer works, ${SET_IT}`;
  return warn(check, found, todo, [revokedStatuses(contract, dead)]);
}

export function inQuotes(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(", ");
}
