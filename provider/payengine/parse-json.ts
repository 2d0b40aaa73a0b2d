/** Parses JSON; `undefined` if it is invalid. The parser's error would quote the text, which may contain secrets. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
