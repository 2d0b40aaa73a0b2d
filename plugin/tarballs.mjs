// @ts-check
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { packFolder } from "../tools/archive.mjs";
import { bundlePlugin } from "./bundle.mjs";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url));
/** The plugin is the same everywhere; Pulumi downloads it by these names. */
const PLATFORMS = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64"];

/**
 * Makes the archives that `pulumi plugin install` reads, and a file with their SHA-256 checksums. Each build of the same
 * sources gives the same bytes.
 *
 * @param {string} folder
 * @returns {Promise<string[]>} their names.
 */
export async function makeTarballs(folder) {
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8"));
  const bundle = mkdtempSync(join(tmpdir(), "payengine-bundle-"));
  try {
    await bundlePlugin(bundle);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const names = PLATFORMS.map((platform) => `pulumi-resource-payengine-v${version}-${platform}.tar.gz`);
    const [first = "", ...others] = names.map((name) => join(folder, name));
    packFolder(bundle, first);
    for (const other of others) copyFileSync(first, other);
    const sum = createHash("sha256").update(readFileSync(first)).digest("hex");
    writeFileSync(join(folder, "checksums.txt"), names.map((name) => `${sum}  ${name}\n`).join(""));
    return names;
  } finally {
    rmSync(bundle, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? join(REPOSITORY, "build/tarballs");
  for (const name of await makeTarballs(folder)) console.log(join(folder, name));
}
