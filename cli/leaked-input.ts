const CTRL_C = 3;
const CTRL_D = 4;
const CARRIAGE_RETURN = 13;

const HOW =
  "Run `npx pulumi-payengine whose < app.log`, or run it at a terminal, paste the key and press Ctrl-D.";

/**
 * Standard input, of which no part is shown. At a terminal, a person pastes it.
 *
 * @throws Error if it is empty or only white space.
 */
export async function leakedInput(stdin = process.stdin): Promise<AsyncIterable<Uint8Array>> {
  const chunks: AsyncIterator<Uint8Array> = stdin.isTTY ? pasted(stdin) : stdin[Symbol.asyncIterator]();
  // So that an empty input is reported before the states are read.
  let isEmpty = true;
  for (;;) {
    const next = await chunks.next();
    if (next.done) throw new Error(`Standard input ${isEmpty ? "is empty" : "is only white space"}. ${HOW}`);
    isEmpty &&= next.value.length === 0;
    if (!isBlank(next.value)) return followed(next.value, chunks);
  }
}

async function* followed(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function isBlank(chunk: Uint8Array): boolean {
  return Buffer.from(chunk).toString("latin1").trim() === "";
}

/** In raw mode, a terminal does not show its input, and takes lines of any length. */
async function* pasted(stdin: NodeJS.ReadStream): AsyncGenerator<Uint8Array> {
  stdin.setRawMode(true);
  const chunks: Uint8Array[] = [];
  try {
    console.error("Paste the key or the log, then press Ctrl-D. Your input is not shown.");
    for await (const chunk of stdin as AsyncIterable<Uint8Array>) {
      if (chunk.includes(CTRL_C)) throw new Error("Stopped. Nothing was compared.");
      const end = chunk.indexOf(CTRL_D);
      const typed = end < 0 ? chunk : chunk.subarray(0, end);
      chunks.push(typed.map((byte) => (byte === CARRIAGE_RETURN ? 10 : byte)));
      if (end >= 0) break;
    }
  } finally {
    stdin.setRawMode(false);
  }
  yield Buffer.concat(chunks);
}
