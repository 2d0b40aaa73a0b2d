import { createCipheriv, createHash, randomBytes } from "node:crypto";

/** Gives `size` random bytes. */
export type RandomSource = (size: number) => Buffer;

/**
 * Random bytes from the operating system, or, with a seed, the same bytes every time.
 *
 * @param seed any number; for tests only, since whoever knows it knows every key.
 * @param generation sets apart runs on one database: a restart must not give the ids of the first run again.
 */
export function randomSource(seed: number | undefined, generation: number): RandomSource {
  if (seed === undefined) return randomBytes;
  const secret = createHash("sha256").update(`${seed}:${generation}`).digest();
  const stream = createCipheriv("aes-256-ctr", secret, Buffer.alloc(16));
  return (size) => stream.update(Buffer.alloc(size));
}
