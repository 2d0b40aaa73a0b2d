// @ts-check
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Adds what npm omits from package-lock.json: optional packages for other platforms, and their checksums. npm fills that
 * file from node_modules, which has only this platform's packages. So this runs npm in a folder without node_modules. Run
 * it after `npm install`.
 */
const repository = fileURLToPath(new URL("../..", import.meta.url));
const lockFile = join(repository, "package-lock.json");
/** @type {{ packages: Record<string, { integrity?: string, link?: boolean }> }} */
const lock = JSON.parse(readFileSync(lockFile, "utf8"));
for (const [path, { integrity, link }] of Object.entries(lock.packages)) {
  if (path.includes("node_modules/") && !link && !integrity) delete lock.packages[path];
}

const folder = mkdtempSync(join(tmpdir(), "payengine-lock-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const file of ["package.json", ".npmrc", "sandbox/package.json"])
  cpSync(join(repository, file), join(folder, file));
writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
const options = { cwd: folder, timeout: 5 * 60_000 };
execFileSync("npm", ["install", "--package-lock-only", "--no-audit"], { ...options, stdio: "inherit" });
const completed = readFileSync(join(folder, "package-lock.json"), "utf8");
writeFileSync(lockFile, `${JSON.stringify(JSON.parse(completed), undefined, 2)}\n`);
