import { createHash } from "node:crypto";

/** A UUID of version 4 from 16 random bytes. */
export function uuidOf(bytes: Buffer): string {
  const marked = Buffer.from(bytes.subarray(0, 16));
  marked[6] = ((marked[6] ?? 0) & 0x0f) | 0x40;
  marked[8] = ((marked[8] ?? 0) & 0x3f) | 0x80;
  return marked.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Always the same UUID for the same text. */
export function uuidFromText(text: string): string {
  return uuidOf(createHash("sha256").update(text).digest());
}
