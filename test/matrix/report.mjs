// @ts-check
import { readFileSync, writeFileSync } from "node:fs";
import { nameOf, sdkOf } from "./cells.mjs";
import { versionOf } from "./toolbox.mjs";

/** @typedef {import("./run-matrix.mjs").Result} Result */

const [BEFORE, AFTER] = ["<!-- matrix -->", "<!-- /matrix -->"];

/**
 * The matrix as a table, with the failures below.
 *
 * @param {readonly Result[]} results
 */
export function tableOf(results) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(" | ")} |`;
  const head = ["package manager", "layout", "Node", "@pulumi/pulumi", "Pulumi CLI", ""];
  const rows = results.map(({ cell, cli, failure }) => [
    `${cell.manager} ${versionOf(cell.manager)}`,
    cell.layout,
    versionOf(`node-${cell.node}`),
    sdkOf(cell),
    cli,
    failure === undefined ? "passed" : "**failed**",
  ]);
  const failures = results.filter(({ failure }) => failure !== undefined);
  const reasons = failures.map(({ cell, failure }) => `- ${nameOf(cell)}: ${reasonOf(failure)}`);
  const table = [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
  return reasons.length > 0 ? `${table}\n\n${reasons.join("\n")}` : table;
}

/**
 * Writes the table between the marks of docs/compatibility.md.
 *
 * @param {string} file @param {readonly Result[]} results @param {string} about a line above the table
 */
export function writeReport(file, results, about) {
  const text = readFileSync(file, "utf8");
  const [start, end] = [text.indexOf(BEFORE), text.indexOf(AFTER)];
  if (start < 0 || end < start) throw new Error(`${file} has no marks ${BEFORE} and ${AFTER}`);
  const inside = `\n${about}\n\n${tableOf(results)}\n`;
  writeFileSync(file, `${text.slice(0, start + BEFORE.length)}${inside}${text.slice(end)}`);
}

/**
 * The failed step, and its most useful line.
 *
 * @param {string} [failure]
 */
function reasonOf(failure = "") {
  const [first = "", ...said] = failure.split("\n");
  const error = said.find((line) => /\berror\b/i.test(line) && !line.includes("unhandled exception"));
  return error === undefined ? first : `${first.split(":", 1)[0]}: ${error.trim()}`;
}
