// @ts-check
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sdkOf } from "./cells.mjs";

/** @typedef {import("./cells.mjs").Cell} Cell */

const PROGRAM = `import * as payengine from "pulumi-payengine";

declare const process: { version: string };

const checkout = new payengine.ApiKey("checkout", { type: "private" });

export const token = checkout.token;
export const node = process.version;
`;

/** pnpm fails without a decision about a package's install script, and @pulumi/pulumi has one. */
const PNPM = "allowBuilds:\n  protobufjs: false\n";

/**
 * Writes the Pulumi project of a cell, in TypeScript, with or without a workspace around it.
 *
 * @param {Cell} cell
 * @param {{ folder: string, tarball: string, typescript: string }} options `typescript` is a version
 * @returns {Promise<string>} the project's folder
 */
export async function layOut(cell, { folder, tarball, typescript }) {
  const project = cell.layout === "single project" ? folder : join(folder, "packages/infra");
  const manifest = {
    name: "matrix-infra",
    private: true,
    main: "index.ts",
    dependencies: { "@pulumi/pulumi": sdkOf(cell), "pulumi-payengine": `file:${tarball}` },
    devDependencies: { typescript },
  };
  const modules = { module: "node16", moduleResolution: "node16" };
  const compilerOptions = { strict: true, target: "es2022", ...modules, skipLibCheck: true };
  await write(project, {
    "Pulumi.yaml": "name: matrix\nruntime: nodejs\n",
    "package.json": JSON.stringify(manifest),
    "tsconfig.json": JSON.stringify({ compilerOptions, files: ["index.ts"] }),
    "index.ts": PROGRAM,
  });
  if (project !== folder) {
    const root = { name: "matrix-workspace", private: true };
    const own = cell.manager === "pnpm" ? root : { ...root, workspaces: ["packages/*"] };
    await write(folder, { "package.json": JSON.stringify(own) });
  }
  await write(folder, settingsOf(cell));
  return project;
}

/**
 * The files that configure the package manager.
 *
 * @param {Cell} cell @returns {Record<string, string>}
 */
function settingsOf({ manager, layout }) {
  if (manager === "npm") return {};
  // An empty lock file makes this folder a separate project, independent of its parent folders.
  if (manager === "yarn") return { ".yarnrc.yml": "nodeLinker: node-modules\n", "yarn.lock": "" };
  const packages = layout === "single project" ? "" : "packages:\n  - packages/*\n";
  const linker = layout === "workspace, hoisted" ? "nodeLinker: hoisted\n" : "";
  return { "pnpm-workspace.yaml": `${packages}${linker}${PNPM}` };
}

/**
 * Checks where the package is installed: npm and yarn use the root's node_modules, pnpm uses the project's unless it
 * hoists.
 *
 * @param {Cell} cell @param {string} folder
 * @throws Error if it is elsewhere, because the cell would then not test its layout
 */
export function expectInPlace({ manager, layout }, folder) {
  const places = [".", "packages/infra"].map((place) => join(place, "node_modules/pulumi-payengine"));
  const inRoot = manager !== "pnpm" || layout !== "workspace";
  const [expected = ""] = inRoot ? places : places.toReversed();
  const found = places.filter((place) => existsSync(join(folder, place)));
  if (found.length !== 1 || found[0] !== expected)
    throw new Error(
      `the package should lie in ${expected} only; it is in ${found.join(" and ") || "neither"}`,
    );
}

/** @param {string} folder @param {Record<string, string>} files */
async function write(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
