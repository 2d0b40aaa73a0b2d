import Table from "cli-table3";
import { printable } from "./terminal";

/** Lays rows out in columns, without colours or lines. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" };
  const chars = {
    ...none,
    ...{ "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "", right: "" },
    ...{ "right-mid": "", middle: "  " },
  };
  const laidOut = new Table({
    head: [...head],
    chars,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  laidOut.push(...rows.map((row) => row.map(printable)));
  return laidOut
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
