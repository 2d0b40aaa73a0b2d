import { createHash } from "node:crypto";
import { isCredential } from "./settings";

/** A private key's value is longer by far: the published example has 108 characters. */
const SHORTEST_PRIVATE = 20;
const SHORTEST_PUBLIC = 8;
const MARKER = /^pk_[a-z]+_/;
/** What stands for the part of a value that is not shown. */
const MASKED = /[*•…]|\.{2,}|[xX]{4,}/;
/** Characters that a redacted form has to show before it proves anything. */
const LEAST_SHOWN = 4;

/**
 * Says whether a text is a key's whole value, and not what lists show of one.
 *
 * @param redacted what the same answer shows as the redacted form.
 */
export function isWholeValue(
  value: string | undefined,
  type: string,
  redacted: string | undefined,
): value is string {
  if (value === undefined || !isCredential(value)) return false;
  if (type === "public") return value.replace(MARKER, "").length >= SHORTEST_PUBLIC && !MASKED.test(value);
  return value.length >= SHORTEST_PRIVATE && value !== redacted && !MASKED.test(value);
}

/**
 * Says whether a value is the one that a redacted form such as `3f9a…c21d` stands for.
 *
 * @returns undefined where too little is shown to tell.
 */
export function matchesRedacted(value: string, redacted: string): boolean | undefined {
  const [start = "", ...rest] = redacted.split(/(?:…|\.{2,}|\*+|•+)/);
  const end = rest.at(-1);
  if (end === undefined) return value === redacted;
  if (start.length + end.length < LEAST_SHOWN) return undefined;
  return value.length >= start.length + end.length && value.startsWith(start) && value.endsWith(end);
}

/** Tells values apart without revealing them: the first 16 hex digits of the SHA-256. */
export function fingerprint(token: string): string {
  return createHash("sha256").update(token).digest("hex").slice(0, 16);
}

/** Tells credentials apart, and says nothing else of them: the first 8 hex digits of the SHA-256. */
export function shortFingerprint(credential: string): string {
  return fingerprint(credential).slice(0, 8);
}
