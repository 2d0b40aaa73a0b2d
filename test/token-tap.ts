import { ServerResponse } from "node:http";

/** A private value, or so much of it as a cut answer lets through. */
const VALUE = /(?<![0-9a-f]|pk_test_)[0-9a-f]{24,108}/g;

/**
 * Notes every private value that this process's sandbox hands out, also those that no state ever holds: the sandbox
 * itself keeps hashes only.
 *
 * @returns stops noting.
 */
export function tapTokens(seen: Set<string>): () => void {
  const { end, write } = ServerResponse.prototype;
  const note = (chunk: unknown) => {
    if (typeof chunk !== "string" && !Buffer.isBuffer(chunk)) return;
    for (const [value] of chunk.toString().matchAll(VALUE)) seen.add(value);
  };
  ServerResponse.prototype.end = function (this: ServerResponse, ...args: unknown[]) {
    note(args[0]);
    return end.apply(this, args as never);
  } as typeof end;
  ServerResponse.prototype.write = function (this: ServerResponse, ...args: unknown[]) {
    note(args[0]);
    return write.apply(this, args as never);
  } as typeof write;
  return () => Object.assign(ServerResponse.prototype, { end, write });
}
