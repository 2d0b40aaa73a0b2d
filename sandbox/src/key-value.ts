import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { RandomSource } from "./random-source";

/** The contract's two types of key. */
export type KeyType = "public" | "private";

const lettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A new value: 108 hex characters for a private key; `pk_test_` and 32 letters and digits for a public one. */
export function newValue(type: KeyType, random: RandomSource): string {
  if (type === "private") return random(54).toString("hex");
  const characters = Array.from(random(32), (byte) => lettersAndDigits[byte % lettersAndDigits.length]);
  return `pk_test_${characters.join("")}`;
}

/** The stored hash of a private value, used to find its key. */
export function keyedHash(value: string, secret: string): string {
  return createHmac("sha256", Buffer.from(secret, "hex")).update(value).digest("hex");
}

/** Compares two hashes of the same length in constant time. */
export function sameHash(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(left, "hex"), Buffer.from(right, "hex"));
}

/** The first 16 hex digits of the value's SHA-256: compares values without revealing them. */
export function fingerprint(value: string): string {
  return createHash("sha256").update(value).digest("hex").slice(0, 16);
}

/** First and last four characters of the random part. */
export function redact(value: string): string {
  const random = value.replace(/^pk_[a-z]+_/, "");
  return `${random.slice(0, 4)}…${random.slice(-4)}`;
}

/** Removes private values from an address or name, also percent-encoded ones and the 102-character ones of older states. */
export function withoutPrivateValues(text: string): string {
  return text.replace(/(?:[0-9a-f]|%3\d|%[46][1-6]){100,}/gi, "[private key]");
}
