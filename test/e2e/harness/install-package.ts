import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const repository = join(__dirname, "../../..");
const MINUTE = 60_000;

/** What the test project installs besides the package, in the repository's versions. */
const BESIDE = ["@pulumi/pulumi", "typescript", "@types/node"];

/**
 * Jest's global setup: the package is packed and installed once, as a user gets it, for all tests of this run.
 * `npm test` and `npm run test:full` name a folder by PAYENGINE_E2E_SHARED, which all that they run shares.
 */
export default async function installPackage(): Promise<void> {
  const shared = process.env.PAYENGINE_E2E_SHARED;
  if (shared) await mkdir(shared, { recursive: true });
  const folder = await realpath(shared || (await mkdtemp(join(tmpdir(), "payengine-e2e-installed-"))));
  process.env.PAYENGINE_E2E_INSTALLED = folder;
  try {
    process.env.PAYENGINE_E2E_CLI = await findCli();
    process.env.PAYENGINE_E2E_PLUGIN = await bundlePlugin(folder);
    // npm writes it when it is done.
    if (existsSync(join(folder, "node_modules/.package-lock.json"))) return;
    const [tarball, ...versions] = await Promise.all([pack(folder), ...BESIDE.map(versionOf)]);
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "installed", private: true }));
    const packages = BESIDE.map((name, index) => `${name}@${versions[index]}`);
    // A connection that stalls is given up and made again well before the limit; npm's own patience is as long as that.
    const options = ["--prefer-offline", "--no-audit", "--no-fund", "--fetch-timeout=60000"];
    await npm(folder, ["install", ...options, tarball, ...packages]);
  } catch (error) {
    // Jest runs no teardown after a setup that failed.
    await rm(folder, { recursive: true });
    throw error;
  }
}

/** The folder of the CLI; built first, where this machine has none yet. */
async function findCli(): Promise<string> {
  const script = join(repository, "tools/pulumi-cli.mjs");
  const { stdout } = await run(process.execPath, [script], { timeout: 40 * MINUTE });
  return stdout.trim();
}

/** The native plugin, made once as a user gets it. */
async function bundlePlugin(folder: string): Promise<string> {
  const plugin = join(folder, "plugin");
  if (existsSync(plugin)) return plugin;
  const [made, script] = [`${plugin}.${process.pid}`, join(repository, "plugin/bundle.mjs")];
  await run(process.execPath, [script, made], { timeout: 5 * MINUTE });
  await rename(made, plugin);
  return plugin;
}

async function pack(folder: string): Promise<string> {
  const { stdout } = await npm(repository, [
    "pack",
    "--ignore-scripts",
    "--json",
    "--pack-destination",
    folder,
  ]);
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf("[\n")));
  return join(folder, filename);
}

/** The repository's versions. */
async function versionOf(name: string): Promise<string> {
  const manifest = await readFile(join(repository, "node_modules", name, "package.json"), "utf8");
  return JSON.parse(manifest).version;
}

function npm(cwd: string, args: string[]) {
  return run("npm", args, { cwd, timeout: 5 * MINUTE });
}
