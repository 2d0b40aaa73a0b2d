// @ts-check
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withProcessLock } from "../../tools/process-lock.mjs";
import { runAsCommand, runStep } from "../../tools/processes.mjs";
import { cacheFolder } from "../../tools/pulumi/cli-folder.mjs";

const MINUTE = 60_000;
/** Debian and Ubuntu keep each major version in a folder of its own. */
const VERSIONS = "/usr/lib/postgresql";
/** Read by Debian's package: without it, an installation makes a database cluster and starts it. */
const SETTINGS = "/etc/postgresql-common/createcluster.d";

/**
 * Finds PostgreSQL's server for the tests of a shared backend; where there is none, root gets it from the
 * distribution's packages, which fix its major version. No cluster is made and no service started.
 *
 * @param {object} [options]
 * @param {(line: string) => void} [options.log] gets progress; by default standard error
 * @param {NodeJS.ProcessEnv} [options.env]
 * @returns {Promise<string>} the folder of `initdb`, `postgres` and `psql`
 */
export async function findPostgres({ log = (line) => console.error(line), env = process.env } = {}) {
  const present = newest();
  if (present) return present;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    throw new Error(
      "The tests of a shared backend need PostgreSQL's server, and only root may install it: on Debian or Ubuntu " +
        "run `apt-get install --no-install-recommends postgresql` as root, then this again.",
    );
  }
  const lock = join(cacheFolder(env), "postgresql.lock");
  const waiting = { what: "the installation of PostgreSQL", log, limitMs: 20 * MINUTE };
  await withProcessLock(lock, waiting, async () => {
    if (newest()) return;
    mkdirSync(SETTINGS, { recursive: true });
    writeFileSync(join(SETTINGS, "pulumi-payengine.conf"), "create_main_cluster = false\n");
    const apt = { env: { ...env, DEBIAN_FRONTEND: "noninteractive" }, log, limitMs: 8 * MINUTE };
    const patience = ["-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3"];
    await runStep("apt-get", ["update", ...patience], { ...apt, title: "Reading the lists of packages" });
    await runStep("apt-get", ["install", "--yes", "--no-install-recommends", ...patience, "postgresql"], {
      ...apt,
      title: "Installing PostgreSQL",
    });
  });
  const installed = newest();
  if (!installed) throw new Error(`PostgreSQL was installed, but ${VERSIONS} holds no server.`);
  return installed;
}

/** The programs of the newest version that has both a server and a client. */
function newest() {
  if (!existsSync(VERSIONS)) return undefined;
  return readdirSync(VERSIONS)
    .sort((left, right) => Number(right) - Number(left))
    .map((version) => join(VERSIONS, version, "bin"))
    .find((folder) => ["initdb", "postgres", "psql"].every((name) => existsSync(join(folder, name))));
}

await runAsCommand(import.meta.url, findPostgres);
