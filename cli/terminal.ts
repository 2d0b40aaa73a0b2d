import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";

/** A color or style of text. */
export type Format = Parameters<typeof styleText>[0];

/** Colors text for a terminal, unless NO_COLOR is set. */
export function colored(format: Format, text: string): string {
  return mayColor(process.stdout, process.env) ? styleText(format, text) : text;
}

/** Ignores FORCE_COLOR: a file or pipe gets no colors. */
function mayColor({ isTTY }: { readonly isTTY?: boolean }, { NO_COLOR, TERM }: NodeJS.ProcessEnv): boolean {
  return isTTY === true && !NO_COLOR && TERM !== "dumb";
}

/** Says whether a person can answer a question. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !process.env.CI;
}

/** Asks on the error output, which keeps JSON on the output intact. Anything other than yes means no. */
export async function agrees(question: string): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<string>((resolve) => reader.once("close", () => resolve("")));
  try {
    const answer = await Promise.race([reader.question(`${question} [y/N] `), ended]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    reader.close();
  }
}

/** Also line separators, and the marks that show the text after them from right to left: a command would look different. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** External text without control characters. */
export function printable(text: string): string {
  return text.replace(CONTROLS, "�");
}

/** The first names, and how many more there are. */
export function fewOf(names: readonly string[], limit = 5): string {
  const more = names.length - limit;
  return more > 0 ? `${names.slice(0, limit).join(", ")} and ${more} more` : names.join(", ");
}

/** A number with its noun. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** Prints a warning to the error output. */
export function printWarning(warning: string): void {
  console.error(`warning: ${printable(warning)}`);
}
