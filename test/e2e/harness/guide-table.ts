import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The first table below a heading of a guide: its rows by their first cell, their other cells by column. */
export function tableBelow(guide: string, heading: string): Record<string, Record<string, string>> {
  const lines = readFileSync(join(__dirname, "../../..", guide), "utf8").split("\n");
  const below = lines.slice(lines.indexOf(heading) + 1);
  const start = below.findIndex((line) => line.startsWith("|"));
  const table = below.slice(
    start,
    below.findIndex((line, at) => at > start && !line.startsWith("|")),
  );
  const [[, ...columns], , ...rows] = table.map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return Object.fromEntries(
    rows.map(([name, ...cells]) => [
      name,
      Object.fromEntries(columns.map((column, at) => [column, cells[at]])),
    ]),
  );
}
