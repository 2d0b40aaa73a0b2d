import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { preProcessFile } from "typescript";

/** The declarations that a package's exported types import, directly or not, and that are not in its folder. */
export function missingTypesIn(folder: string): string[] {
  const seen = new Set(exportedTypes(folder).map((path) => join(folder, path)));
  const missing: string[] = [];
  // A file that is added to the set while it is read follows later.
  for (const file of seen) {
    if (existsSync(file)) for (const path of importsOf(file)) seen.add(path);
    else missing.push(relative(folder, file));
  }
  return missing;
}

function exportedTypes(folder: string): string[] {
  const { types, exports = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return [types, ...Object.values<{ types?: string }>(exports).flatMap((entry) => entry.types ?? [])];
}

function importsOf(file: string): string[] {
  const { importedFiles } = preProcessFile(readFileSync(file, "utf8"));
  const own = importedFiles.filter(({ fileName }) => fileName.startsWith("."));
  return own.map(({ fileName }) => join(file, "..", `${fileName}.d.ts`));
}
