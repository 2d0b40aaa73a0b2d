import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "./guide";

/** Messages of Pulumi, and a command. */
const NOT_OURS = ["the stack is currently locked", "incorrect passphrase", "kill -9"];

/** The source code, with strings joined where "+" joins them, and "…" for each value in a template. */
function textsOfCode(): string {
  const folders = ["provider", "recovery", "cli", "sdk"];
  const args = ["ls-files", ...folders.map((folder) => `${folder}/**.ts`)];
  const files = execFileSync("git", args, { cwd: REPOSITORY, encoding: "utf8" }).trim().split("\n");
  const sources = files.map((file) => readFileSync(join(REPOSITORY, file), "utf8"));
  return sources
    .join("\n")
    .replace(/["`]\s*\+\s*["`]/g, "")
    .replace(/\$\{[^}]*\}/g, "…");
}

/** The code spans in the first column of a guide's tables. */
function quotedIn(guide: string): string[] {
  const lines = readFileSync(join(REPOSITORY, guide), "utf8").split("\n");
  const cells = lines.filter((line) => line.startsWith("|")).map((line) => line.split("|")[1] ?? "");
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text));
}

test("the runbook quotes messages as the code writes them", () => {
  const code = textsOfCode();
  const isWritten = (message: string) => message.split(/\s*…\s*/).every((part) => code.includes(part));
  const quoted = quotedIn("docs/recovery.md").filter((text) => !NOT_OURS.includes(text));

  expect(quoted.length).toBeGreaterThan(15);
  expect(quoted.filter((message) => !isWritten(message))).toEqual([]);
});
