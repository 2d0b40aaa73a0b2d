// @ts-check
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Adds to package-lock.json what npm leaves out: optional packages of other platforms, or their checksums. npm takes
 * what it writes there from node_modules where there is one, and that holds this platform's packages alone; so this
 * has it look again in a folder that has none. Run it after `npm install`.
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
