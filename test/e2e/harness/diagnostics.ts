import { realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import type { Ended } from "./run-program";

/**
 * What the CLI's diagnostics say, by resource: the stack's name, or the name of a key. What differs from run to run is
 * written `<digits>`, `<key id>`, `<address>`, `<time>` and `<folder>`. Left out is the hint at the pin, which every project
 * without one gets: {@link pinHintsOf}.
 */
export function diagnosticsOf({ stdout }: Ended): Record<string, string[]> {
  const start = stdout.lastIndexOf("Diagnostics:\n");
  const found: Record<string, string[]> = {};
  if (start < 0) return found;
  let lines: string[] = [];
  for (const line of stdout.slice(start).split("\n").slice(1)) {
    if (/^\S/.test(line)) break;
    const header = /^ {2}\S+ \((.+)\):$/.exec(line);
    if (header) {
      lines = [];
      found[header[1]] = lines;
    } else if (line.trim() !== "") {
      lines.push(steady(line.trim()));
    }
  }
  const others = Object.entries(found).map(([name, said]) => [name, said.filter((line) => !isPinHint(line))]);
  return Object.fromEntries(others.filter(([, said]) => said.length > 0));
}

/** The hints at the pin among what the CLI's diagnostics say. */
export function pinHintsOf({ stdout }: Ended): string[] {
  const start = stdout.lastIndexOf("Diagnostics:\n");
  const lines = start < 0 ? [] : stdout.slice(start).split("\n");
  return lines.map((line) => line.trim()).filter(isPinHint);
}

function isPinHint(line: string): boolean {
  return line.startsWith("info: payengine:accountId is not set");
}

/** The folder of any test project. */
export const PROJECT_FOLDER = new RegExp(`${realpathSync(tmpdir())}/payengine-e2e-project-\\w+`, "g");

/** The text without parts that differ from run to run. */
export function steady(text: string): string {
  return (
    text
      .replace(PROJECT_FOLDER, "<folder>")
      .replace(/https?:\/\/127\.0\.0\.1:\d+/g, "<address>")
      // Both say that a name was not found: it depends on the machine's resolver.
      .replace(/\bEAI_AGAIN\b/g, "ENOTFOUND")
      .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "<key id>")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
      .replace(/-[0-9a-f]{10}\b/g, "-<digits>")
  );
}

/** The CLI's summary, such as `["+ 3 created"]`. */
export function countsOf({ stdout }: Ended): string[] {
  const [, section = ""] = [...stdout.matchAll(/\nResources:\n((?: {4}.+\n)+)/g)].at(-1) ?? [];
  return section
    .split("\n")
    .map((line) => line.trim().replace(/\. .*$/, ""))
    .filter((line) => line !== "");
}
