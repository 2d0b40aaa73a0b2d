// @ts-check
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runAsCommand } from "../../tools/processes.mjs";
import { findOrInstall } from "../debian-package.mjs";

/** Debian and Ubuntu keep each major version in a separate folder. */
const VERSIONS = "/usr/lib/postgresql";
/** Debian's package reads this. Without it, an installation creates and starts a database cluster. */
const SETTINGS = "/etc/postgresql-common/createcluster.d";

/** The folder of `initdb`, `postgres` and `psql`. Creates no cluster and starts no service. */
const findPostgres = () =>
  findOrInstall({
    name: "postgresql",
    what: "The tests of a shared backend need PostgreSQL's server",
    find: newest,
    prepare() {
      mkdirSync(SETTINGS, { recursive: true });
      writeFileSync(join(SETTINGS, "pulumi-payengine.conf"), "create_main_cluster = false\n");
    },
  });

/** The programs of the newest version that has both a server and a client. */
function newest() {
  if (!existsSync(VERSIONS)) return undefined;
  return readdirSync(VERSIONS)
    .sort((left, right) => Number(right) - Number(left))
    .map((version) => join(VERSIONS, version, "bin"))
    .find((folder) => ["initdb", "postgres", "psql"].every((name) => existsSync(join(folder, name))));
}

await runAsCommand(import.meta.url, findPostgres);
