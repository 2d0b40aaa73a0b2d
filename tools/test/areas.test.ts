import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const REPOSITORY = join(__dirname, "../..");
const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: REPOSITORY, encoding: "utf8" }).trim().split("\n");

const [list = ""] = run(process.execPath, "tools/test.mjs", "--list");
const { projects, AREAS }: { projects: string[]; AREAS: string[] } = JSON.parse(list);

it("`npm test` or a shard of `npm run test:full` runs every test file, and only one of them does", () => {
  expect(new Set(projects).size).toBe(projects.length);
  const jest = ["node_modules/jest/bin/jest.js", "--listTests", "--selectProjects", ...projects];
  const chosen = run(process.execPath, ...jest).filter((line) => line.startsWith("/"));
  const files = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "*.test.ts");

  expect(chosen.sort()).toEqual(files.map((file) => join(REPOSITORY, file)).sort());
});

it("CONTRIBUTING.md says when to run each shard", () => {
  const text = readFileSync(join(REPOSITORY, "CONTRIBUTING.md"), "utf8");

  expect(AREAS.filter((area) => !text.includes(`--shard ${area}\``))).toEqual([]);
});
