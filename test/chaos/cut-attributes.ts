import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Does what the runbook says where a CLI was killed between making the file beside the state that holds its checksum and
 * writing it: with that file empty, no command can read the state any more.
 *
 * @returns how many such files it deleted.
 */
export async function deleteCutAttributes(folder: string): Promise<number> {
  const stacks = join(folder, "backend/.pulumi/stacks/shop");
  const names = (await readdir(stacks)).filter((name) => name.endsWith(".attrs"));
  const texts = await Promise.all(names.map((name) => readFile(join(stacks, name), "utf8")));
  const empty = names.filter((_, index) => texts[index] === "");
  for (const name of empty) await rm(join(stacks, name));
  return empty.length;
}
