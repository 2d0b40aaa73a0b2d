// @ts-check
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeCodeBlocks } from "./code-blocks.mjs";
import { runStep } from "./run-step.mjs";

const MINUTE = 60_000;
/** The most that the packed tarball may weigh, in bytes. */
const MOST_PACKED = 200_000;

/**
 * What is checked without running the package: style, types, guides, the API reference, and the tarball as users get it.
 *
 * @param {object} options
 * @param {string} options.repository
 * @param {string} options.folder for temporary files
 * @param {(line: string) => void} options.log
 * @param {(title: string, check: () => Promise<unknown>) => Promise<void>} options.counted runs one check
 */
export async function checkSources({ repository, folder, log, counted }) {
  /** @param {string} title @param {string} bin file of an installed package @param {string[]} args */
  const run = (title, bin, args) =>
    runStep(process.execPath, [join(repository, "node_modules", bin), ...args], {
      title,
      cwd: repository,
      log,
      limitMs: 5 * MINUTE,
    });
  /** @param {string} title @param {string} bin @param {string[]} args */
  const tool = (title, bin, args) => counted(title, () => run(title, bin, args));

  await tool("Lint and format", "@biomejs/biome/bin/biome", ["check", "."]);
  for (const project of ["test", "bench", "tools", "sandbox/test"]) {
    await tool(`Types of ${project}`, "typescript/bin/tsc", ["--noEmit", "-p", project]);
  }
  const guides = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "examples", "sandbox/README.md"];
  await tool("Links of the guides", "remark-cli/cli.js", ["--frail", "--quiet", "--no-stdout", ...guides]);
  const blocks = join(folder, "code-blocks");
  writeCodeBlocks(repository, blocks);
  await tool("Code blocks of the guides", "typescript/bin/tsc", ["-p", blocks]);
  const reference = "API reference";
  await counted(reference, async () => {
    const out = join(folder, "api");
    await run(reference, "typedoc/bin/typedoc", ["--out", out]);
    if (textsIn(out) !== textsIn(join(repository, "docs/api")))
      throw new Error("docs/api is not what the sources say: run `npm run docs`");
  });
  const tarball = join(folder, pack(repository, folder));
  await counted("Size of the package", async () => {
    const { length } = readFileSync(tarball);
    log(`The package weighs ${length} bytes, at most ${MOST_PACKED}`);
    if (length > MOST_PACKED) throw new Error(`it is ${length} bytes`);
  });
  await tool("Package by publint", "publint/src/cli.js", ["--strict", tarball]);
  await tool("Types of the package", "@arethetypeswrong/cli/dist/index.js", [tarball]);
}

/** @param {string} repository @param {string} folder @returns {string} the tarball's name */
function pack(repository, folder) {
  const args = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder];
  return execFileSync("npm", args, { cwd: repository, encoding: "utf8", timeout: MINUTE }).trim();
}

/** @param {string} folder */
function textsIn(folder) {
  const names = readdirSync(folder).sort();
  return JSON.stringify(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}
