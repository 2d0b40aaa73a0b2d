import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Follows the runbook for a CLI that was killed after it created the state's checksum file and before it wrote the file.
 * With that file empty, no command can read the state.
 *
 * @returns the number of deleted files.
 */
export async function deleteCutAttributes(folder: string): Promise<number> {
  const stacks = join(folder, "backend/.pulumi/stacks/shop");
  const names = (await readdir(stacks)).filter((name) => name.endsWith(".attrs"));
  const texts = await Promise.all(names.map((name) => readFile(join(stacks, name), "utf8")));
  const empty = names.filter((_, index) => texts[index] === "");
  for (const name of empty) await rm(join(stacks, name));
  return empty.length;
}
