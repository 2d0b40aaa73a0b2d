import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Fixture, FixtureOptions } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";

const EXAMPLES = join(__dirname, "../../examples");

/** Copies an example into a project with a stack on the fixture's sandbox. */
export async function exampleProject(
  fixture: Fixture,
  name: string,
  more: FixtureOptions = {},
): Promise<Project> {
  const folder = join(EXAMPLES, name);
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((file) => readFile(join(folder, file), "utf8")));
  const files = Object.fromEntries(names.map((file, index) => [file, texts[index]]));
  const env = { PAYENGINE_API_URL: fixture.sandbox.url };
  return fixture.project({ files, config: {}, env, ...more });
}
