/** ESC and its form of one byte; `cat -v` shows ESC as `^[`. */
const ESCAPES = `${String.fromCharCode(27)}|${String.fromCharCode(155)}|\\^\\[`;
/** Colors and other terminal sequences. Its repetitions are bounded, as all here: no input takes long. */
const TERMINAL = new RegExp(
  `(?:${ESCAPES})[[\\]()#;?]{0,8}(?:\\d{1,4}(?:[;:]\\d{0,4}){0,16})?[\\dA-PR-TZcf-nq-uy=><~]`,
  "g",
);

const LETTERS: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\n",
  t: "\t",
  b: " ",
  f: " ",
  v: " ",
  0: " ",
};
/** An escape may be escaped again: JSON in JSON. */
const ROUNDS = 3;

/**
 * The texts that a log may stand for: as it is, and with its terminal sequences, JSON escapes, URL encoding and HTML
 * entities decoded. A key may be beside such an escape, or have one in it.
 */
export function viewsOf(text: string): string[] {
  const plain = text.replace(TERMINAL, " ");
  const read = decoded(text);
  return read === plain ? [plain] : [plain, read];
}

function decoded(text: string): string {
  let result = text;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = result;
    result = decodedOnce(result);
    if (result === before) break;
  }
  return result;
}

function decodedOnce(text: string): string {
  let result = text.replace(TERMINAL, "");
  if (result.includes("\\"))
    result = result
      .replace(/\\{1,8}(?:u([0-9a-f]{4})|x([0-9a-f]{2}))/gi, (_, long, short) => character(long ?? short))
      .replace(/\\{1,8}([nrtbfv0])/g, (_, letter) => LETTERS[letter] ?? " ")
      .replace(/\\{1,8}(["'`/])/g, "$1");
  if (result.includes("%")) result = result.replace(/%([0-9a-f]{2})/gi, (_, hex) => character(hex));
  if (result.includes("&"))
    result = result
      .replace(/&(?:hellip|#8230|#x2026);/gi, "…")
      .replace(/&(?:quot|apos|amp|lt|gt|nbsp|#\d+|#x[0-9a-f]+);/gi, " ");
  // A soft line break of quoted-printable mail.
  return result.includes("=\n") || result.includes("=\r\n") ? result.replace(/=\r?\n/g, "") : result;
}

function character(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}
