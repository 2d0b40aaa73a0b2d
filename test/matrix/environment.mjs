// @ts-check
import { delimiter, join } from "node:path";
import { nodeFolder } from "./toolbox.mjs";

/**
 * Shared by the cells of one run.
 *
 * @typedef {object} Shared
 * @property {string} folder for temporary files; outside the repository
 * @property {Record<import("./cells.mjs").Cell["cli"], { version: string, binDir: string }>} clis
 * @property {string} tarball the packed package
 * @property {string} version of the package
 * @property {string} typescript the version that the projects use
 * @property {string} registry npm's registry, which yarn needs as a setting
 * @property {{ url: string, adminKey: string, call: (key: string, path: string) => Promise<Response> }} sandbox
 */

/** The user's own settings for stacks, accounts and package managers, and those that `npm run` sets. */
const OURS = /^(PULUMI|PAYENGINE|YARN|NODE_(OPTIONS|PATH)$|npm_(?!config_))/;

/**
 * The user's environment, with the cell's Node first. The caches of pnpm and yarn are in the run's folder; npm uses the
 * user's cache.
 *
 * @param {import("./cells.mjs").Cell} cell @param {Shared} shared @returns {NodeJS.ProcessEnv}
 */
export function installEnvironment(cell, { folder, registry }) {
  const kept = join(folder, "kept");
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.test(name))),
    PATH: [nodeFolder(cell.node), process.env.PATH].join(delimiter),
    TMPDIR: folder,
    XDG_CACHE_HOME: join(kept, "cache"),
    XDG_DATA_HOME: join(kept, "data"),
    XDG_STATE_HOME: join(kept, "state"),
    YARN_ENABLE_TELEMETRY: "false",
    YARN_GLOBAL_FOLDER: join(kept, "yarn"),
    YARN_NPM_REGISTRY_SERVER: registry.replace(/\/$/, ""),
  };
}

/**
 * The environment for Pulumi's commands: a separate home, backend and passphrase for each cell.
 *
 * @param {import("./cells.mjs").Cell} cell @param {Shared} shared @param {string} own the cell's folder
 * @returns {NodeJS.ProcessEnv}
 */
export function pulumiEnvironment(cell, { clis, sandbox }, own) {
  return {
    PATH: [clis[cell.cli].binDir, nodeFolder(cell.node), "/usr/bin", "/bin"].join(delimiter),
    HOME: own,
    TMPDIR: join(own, "tmp"),
    PULUMI_HOME: join(own, "home"),
    PULUMI_BACKEND_URL: `file://${join(own, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "correct-horse-battery-staple",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NO_COLOR: "1",
    PAYENGINE_API_URL: sandbox.url,
    PAYENGINE_API_KEY: sandbox.adminKey,
  };
}
