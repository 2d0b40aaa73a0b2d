import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** Without i, l, o and u, which are easily misread. */
const characters = "0123456789abcdefghjkmnpqrstvwxyz";

/**
 * A new code of 60 bits, such as `k7m2-9qxd-4htv`. Only its terminal shows it, so that it proves who started the sandbox:
 * any program of the machine can reach the page.
 */
export function newSignInCode(): string {
  const code = Array.from(randomBytes(12), (byte) => characters[byte % characters.length]).join("");
  return code.replace(/^(.{4})(.{4})(.{4})$/, "$1-$2-$3");
}

/** Compares what a person typed. Case, spaces and hyphens do not count. */
export function isSameCode(left: string, right: string): boolean {
  const [one, other] = [left, right].map((code) => code.toLowerCase().replaceAll(/[\s-]/g, ""));
  return isSameSecret(one ?? "", other ?? "");
}

/** Compares in constant time. */
export function isSameSecret(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
