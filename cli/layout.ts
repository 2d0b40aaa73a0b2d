import Table from "cli-table3";
import { colored, type Format, printable } from "./terminal";

const LINES =
  "top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid".split(
    " ",
  );
/** For terminals that report 0 columns. */
const USUAL_WIDTH = 80;

type Screen = Pick<NodeJS.WriteStream, "isTTY" | "columns">;

/** Columns of the terminal; `undefined` for a file, a pipe or a CI log. */
export function outputWidth({ isTTY, columns }: Screen = process.stdout): number | undefined {
  return isTTY ? columns || USUAL_WIDTH : undefined;
}

/**
 * Shows records; the first two columns matter most. At a terminal they are a table if it fits, otherwise one block each.
 * Elsewhere each record is one line, for `grep`.
 */
export function renderRecords(
  head: readonly string[],
  records: readonly (readonly string[])[],
  width = outputWidth(),
): string {
  const rows = records.map((row) => row.map(printable));
  const table = renderTable(head, rows);
  if (width === undefined || table.split("\n").every((line) => line.length <= width)) return table;
  return `${rows.map((row) => renderBlock(head, row, width)).join("\n\n")}\n`;
}

/** Lays out rows in columns, without colors or lines. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const laidOut = new Table({
    head: [...head],
    chars: { ...Object.fromEntries(LINES.map((line) => [line, ""])), middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  laidOut.push(...rows.map((row) => [...row]));
  return laidOut
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

function renderBlock(
  head: readonly string[],
  [first = "", ...rest]: readonly string[],
  width: number,
): string {
  const [second = "", ...values] = rest;
  const labels = head.slice(2).map((label) => label.toLowerCase());
  const longest = Math.max(...labels.map(({ length }) => length));
  const lines = values.map((value, index) => hanging(`  ${labels[index]?.padEnd(longest)}  `, value, width));
  return [hanging(`${first}  `, second, width), ...lines.filter((_, index) => values[index] !== "-")].join(
    "\n",
  );
}

/**
 * Breaks text between words to fit the terminal. A command in backticks stays whole if it fits.
 *
 * @param head text before the first line; its length is the indent of the other lines.
 */
export function hanging(head: string, text: string, width = outputWidth()): string {
  if (width === undefined) return head + text;
  const indent = head.length;
  const room = width - indent;
  const words = (text.match(/[^\s`]*`[^`]*`\S*|\S+/g) ?? []).flatMap((word) =>
    word.length > room ? word.split(" ") : [word],
  );
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= room)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return head + lines.join(`\n${" ".repeat(indent)}`);
}

/**
 * One finding: a colored label, what it is about, what was found, and below it what to do.
 *
 * @param head the label and the subject, padded.
 */
export function findingLine(
  label: string,
  format: Format,
  head: string,
  { found, todo }: { readonly found: string; readonly todo?: string },
): string {
  const line = hanging(head, printable(found)).replace(label, colored(format, label));
  return todo === undefined ? line : `${line}\n${hanging(`${"".padEnd(head.length)}→ `, printable(todo))}`;
}

/** A time to the minute; any other text unchanged. */
export function shortTime(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : `${date.toISOString().slice(0, 16).replace("T", " ")}Z`;
}

/** The account ID if PayEngine returns one, otherwise the host; with the provider if it is explicit. */
export function accountName(key: {
  readonly accountId: string | undefined;
  readonly apiUrl: string;
  readonly provider: string | undefined;
}): string {
  const account = key.accountId ?? hostOf(key.apiUrl);
  return key.provider === undefined ? account : `${account} (provider ${key.provider})`;
}

/** The host of an address in state; a text that is no address unchanged, so that one bad state does not stop a command. */
export function hostOf(apiUrl: string): string {
  return URL.canParse(apiUrl) ? new URL(apiUrl).host : apiUrl;
}
