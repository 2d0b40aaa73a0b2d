/** What a user gets to read about one key: what happened, whether a key may exist, what to do. */
export class KeyError extends Error {
  override readonly name = "KeyError";
}
