// @ts-check
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
    const same = [
      "--sort=name",
      "--mtime=@0",
      "--owner=0",
      "--group=0",
      "--numeric-owner",
      "--mode=u+rw,go=rX",
    ];
    const archive = execFileSync("tar", ["--create", ...same, "--directory", bundle, "."], {
      maxBuffer: 2 ** 26,
    });
    const packed = execFileSync("gzip", ["--best", "--no-name"], { input: archive, maxBuffer: 2 ** 26 });
    const names = PLATFORMS.map((platform) => `pulumi-resource-payengine-v${version}-${platform}.tar.gz`);
    const sum = createHash("sha256").update(packed).digest("hex");
    for (const name of names) writeFileSync(join(folder, name), packed);
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
