// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { withProcessLock } from "../tools/process-lock.mjs";
import { runStep } from "../tools/processes.mjs";
import { cacheFolder } from "../tools/pulumi/cli-folder.mjs";

const MINUTE = 60_000;

/**
 * Finds a program that only some tests need; where it is missing, root gets it from the distribution's packages, which
 * fix its version.
 *
 * @param {object} wanted
 * @param {string} wanted.name of Debian's package
 * @param {string} wanted.what as in "The tests of a shared backend need PostgreSQL's server"
 * @param {() => string | undefined} wanted.find
 * @param {() => void} [wanted.prepare] runs before the installation
 * @param {(line: string) => void} [wanted.log] gets progress; by default standard error
 * @param {NodeJS.ProcessEnv} [wanted.env]
 * @returns {Promise<string>} what `find` gives
 */
export async function findOrInstall({
  name,
  what,
  find,
  prepare = () => {},
  log = (line) => console.error(line),
  env = process.env,
}) {
  const present = find();
  if (present !== undefined) return present;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    throw new Error(
      `${what}, and only root may install it: on Debian or Ubuntu ` +
        `run \`apt-get install --no-install-recommends ${name}\` as root, then this again.`,
    );
  }
  const lock = join(cacheFolder(env), `${name}.lock`);
  const waiting = { what: `the installation of ${name}`, log, limitMs: 20 * MINUTE };
  await withProcessLock(lock, waiting, async () => {
    if (find() !== undefined) return;
    prepare();
    const apt = { env: { ...env, DEBIAN_FRONTEND: "noninteractive" }, log, limitMs: 8 * MINUTE };
    const patience = ["-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3"];
    await runStep("apt-get", ["update", ...patience], { ...apt, title: "Reading the lists of packages" });
    await runStep("apt-get", ["install", "--yes", "--no-install-recommends", ...patience, name], {
      ...apt,
      title: `Installing ${name}`,
    });
  });
  const installed = find();
  if (installed === undefined)
    throw new Error(`${name} was installed, but what was wanted of it is not there.`);
  return installed;
}
