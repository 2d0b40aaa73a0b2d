// @ts-check
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import MarkdownIt from "markdown-it";

/** What a block that shows a part of a program takes for granted. */
const PRELUDE = [
  'import * as pulumi from "@pulumi/pulumi";',
  'import * as payengine from "pulumi-payengine";',
];

/**
 * Writes each TypeScript block of the guides as a module, beside a tsconfig.json that finds the packages.
 *
 * @param {string} repository
 * @param {string} folder is made
 */
export function writeCodeBlocks(repository, folder) {
  const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: repository,
    encoding: "utf8",
  });
  const guides = tracked.split("\n").filter((path) => path !== "" && !path.startsWith("docs/api/"));
  mkdirSync(folder, { recursive: true });
  for (const guide of guides) {
    const text = readFileSync(join(repository, guide), "utf8");
    const tokens = new MarkdownIt().parse(text, {});
    const blocks = tokens.filter(({ type, info }) => type === "fence" && info.trim() === "ts");
    for (const [number, { content: code }] of blocks.entries()) {
      const missing = PRELUDE.filter((line) => !code.includes(line));
      const name = `${guide.replace(/\W+/g, "-")}-${number + 1}.ts`;
      writeFileSync(join(folder, name), `${missing.join("\n")}\n${code}export {};\n`);
    }
  }
  const paths = {
    "pulumi-payengine": [join(repository, "dist/sdk/index.d.ts")],
    "pulumi-payengine/recovery": [join(repository, "dist/recovery/index.d.ts")],
    "*": [join(repository, "node_modules/*"), join(repository, "node_modules/@types/*")],
  };
  const compilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, target: "es2022", lib: ["es2023"] },
    ...{ module: "esnext", moduleResolution: "bundler", types: ["node", "jest"], paths },
    typeRoots: [join(repository, "node_modules/@types")],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
}
