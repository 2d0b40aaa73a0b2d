import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import MarkdownIt from "markdown-it";
import { REPOSITORY, said } from "./installed-command";

jest.setTimeout(300_000);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "payengine-guides-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("every link in the guides has a target", async () => {
  const guides = [
    "README.md",
    "SECURITY.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs",
    "examples",
    "sandbox/README.md",
  ];

  expect(await said("remark-cli/cli.js", ["--frail", "--quiet", "--no-stdout", ...guides])).toBe("");
});

test("docs/api matches the sources; `npm run docs` writes it", async () => {
  await said("typedoc/bin/typedoc", ["--out", folder]);

  expect(textsIn(folder)).toEqual(textsIn(join(REPOSITORY, "docs/api")));
});

/** What a block with a part of a program assumes. */
const PRELUDE = [
  'import * as pulumi from "@pulumi/pulumi";',
  'import * as payengine from "pulumi-payengine";',
];

test("every TypeScript block of the guides compiles", async () => {
  const blocks = guides().flatMap(blocksOf);
  expect(blocks.length).toBeGreaterThan(10);
  for (const { name, code } of blocks) {
    const missing = PRELUDE.filter((line) => !code.includes(line));
    writeFileSync(join(folder, name), `${missing.join("\n")}\n${code}export {};\n`);
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: OPTIONS }));

  expect(await said("typescript/bin/tsc", ["-p", folder])).toBe("");
});

const OPTIONS = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  target: "es2022",
  lib: ["es2023"],
  module: "esnext",
  moduleResolution: "bundler",
  types: ["node", "jest"],
  typeRoots: [join(REPOSITORY, "node_modules/@types")],
  paths: {
    "pulumi-payengine": [join(REPOSITORY, "dist/sdk/index.d.ts")],
    "pulumi-payengine/recovery": [join(REPOSITORY, "dist/recovery/index.d.ts")],
    "*": [join(REPOSITORY, "node_modules/*"), join(REPOSITORY, "node_modules/@types/*")],
  },
};

/** Every guide. */
function guides(): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"];
  const listed = execFileSync("git", args, { cwd: REPOSITORY, encoding: "utf8" });
  return listed.split("\n").filter((path) => path !== "" && !path.startsWith("docs/api/"));
}

function blocksOf(guide: string): { name: string; code: string }[] {
  const tokens = new MarkdownIt().parse(readFileSync(join(REPOSITORY, guide), "utf8"), {});
  const blocks = tokens.filter(({ type, info }) => type === "fence" && info.trim() === "ts");
  return blocks.map(({ content }, number) => ({
    name: `${guide.replace(/\W+/g, "-")}-${number + 1}.ts`,
    code: content,
  }));
}

function textsIn(path: string): Record<string, string> {
  const names = readdirSync(path).sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(path, name), "utf8")]));
}
