import Table from "cli-table3";
import { printable } from "./terminal";

const LINES =
  "top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid".split(
    " ",
  );

/** Lays rows out in columns, without colours or lines. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const laidOut = new Table({
    head: [...head],
    chars: { ...Object.fromEntries(LINES.map((line) => [line, ""])), middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  laidOut.push(...rows.map((row) => row.map(printable)));
  return laidOut
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
