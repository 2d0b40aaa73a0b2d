import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { RandomSource } from "./random-source";

/** The contract's two types of key. */
export type KeyType = "public" | "private";

/** A new value: 102 hex characters for a private key, `pk_test_…` for a public one. */
export function newValue(type: KeyType, random: RandomSource): string {
  return type === "private" ? random(51).toString("hex") : `pk_test_${random(24).toString("hex")}`;
}

/** What is stored of a private value, and what it is found by. */
export function keyedHash(value: string, secret: string): string {
  return createHmac("sha256", Buffer.from(secret, "hex")).update(value).digest("hex");
}

/** Compares two hashes of one length without telling by its time where they differ. */
export function sameHash(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(left, "hex"), Buffer.from(right, "hex"));
}

/** The first 16 hex digits of the value's SHA-256: compares values without revealing them. */
export function fingerprint(value: string): string {
  return createHash("sha256").update(value).digest("hex").slice(0, 16);
}

/** First and last four characters of the part that is random. */
export function redact(value: string): string {
  const random = value.replace(/^pk_test_/, "");
  return `${random.slice(0, 4)}…${random.slice(-4)}`;
}

/** Takes private values out of text that is kept, in case a caller put one into an address or a name. */
export function withoutPrivateValues(text: string): string {
  return text.replace(/[0-9a-f]{102}/gi, "[private key]");
}
