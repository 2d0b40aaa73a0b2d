import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Project } from "../e2e/harness/project";
import type { Stage, StageOptions } from "../e2e/harness/stage";

const EXAMPLES = join(__dirname, "../../examples");

/** Lays out an example as a user has it, on a stack of the stage's sandbox. */
export async function exampleProject(stage: Stage, name: string, more: StageOptions = {}): Promise<Project> {
  const folder = join(EXAMPLES, name);
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((file) => readFile(join(folder, file), "utf8")));
  const files = Object.fromEntries(names.map((file, index) => [file, texts[index]]));
  const env = { PAYENGINE_API_URL: stage.sandbox.url };
  return stage.project({ files, config: {}, env, ...more });
}
