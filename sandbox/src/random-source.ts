import { createCipheriv, createHash, randomBytes } from "node:crypto";

/** Returns `size` random bytes. */
export type RandomSource = (size: number) => Buffer;

/**
 * Random bytes from the operating system, or, with a seed, the same bytes every time.
 *
 * @param seed any number; for tests only, because the seed determines every key.
 * @param generation differs between runs on one database, so that a restart does not repeat IDs.
 */
export function randomSource(seed: number | undefined, generation: number): RandomSource {
  if (seed === undefined) return randomBytes;
  const secret = createHash("sha256").update(`${seed}:${generation}`).digest();
  const stream = createCipheriv("aes-256-ctr", secret, Buffer.alloc(16));
  return (size) => stream.update(Buffer.alloc(size));
}
