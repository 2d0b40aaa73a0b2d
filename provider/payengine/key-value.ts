import { hash } from "node:crypto";
import { isCredential } from "./settings";

/** Far below the length of a private key: the published example has 108 characters. */
export const SHORTEST_PRIVATE = 20;
const SHORTEST_PUBLIC = 8;
const MARKER = /^pk_[a-z]+_/;
/** Marks the hidden part of a redacted value. */
const MASKED = /[*•…]|\.{2,}|[xX]{4,}/;
/** Characters that a redacted value must show to prove anything. */
export const LEAST_SHOWN = 4;

/**
 * Whether a text is a key's complete value and not a redacted one.
 *
 * @param redacted the redacted value in the same response.
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
 * Whether a value matches a redacted one such as `3f9a…c21d`.
 *
 * @returns undefined if too few characters are shown.
 */
export function matchesRedacted(value: string, redacted: string): boolean | undefined {
  const shown = shownParts(redacted);
  if (shown === undefined) return value === redacted;
  const { start, end } = shown;
  if (start.length + end.length < LEAST_SHOWN) return undefined;
  return value.length >= start.length + end.length && value.startsWith(start) && value.endsWith(end);
}

/** What a redacted value shows. */
export interface ShownParts {
  readonly start: string;
  readonly end: string;
}

/** What a redacted value such as `3f9a…c21d` shows; undefined if no part of it is hidden. */
export function shownParts(redacted: string): ShownParts | undefined {
  const [start = "", ...rest] = redacted.split(/(?:…|\.{2,}|\*+|•+)/);
  const end = rest.at(-1);
  return end === undefined ? undefined : { start, end };
}

/** First 16 hex digits of the SHA-256, to compare values without revealing them. */
export function fingerprint(token: string): string {
  return hash("sha256", token, "hex").slice(0, 16);
}

/** First 8 hex digits of the SHA-256, to compare credentials. */
export function shortFingerprint(credential: string): string {
  return fingerprint(credential).slice(0, 8);
}
