// @ts-check
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { run, runAsCommand } from "../../tools/processes.mjs";
import { findPulumiCli } from "../../tools/pulumi-cli.mjs";
import { installToolbox, nodeFolder, versionOf } from "./toolbox.mjs";

const PACKAGES = fileURLToPath(new URL("./node_modules", import.meta.url));

/** Other versions for this repository's tests: the newest Node and SDK, and the oldest supported ones. */
export const OTHERS = /** @type {const} */ ({
  newest: { node: 26, sdk: "pulumi-newest" },
  oldest: { node: 20, sdk: "pulumi-oldest" },
});

const LIMIT_MS = 2 * 60 * 60_000;
/** The SDK's own packages, with which tests talk to the plugin. */
const OF_SDK = ["@grpc/grpc-js", "google-protobuf"];
/** Skips the history, and what installing and testing leave. */
const LEFT_OUT = [".git", "node_modules", "coverage"];

/**
 * Copies the built repository to a folder with another @pulumi/pulumi, Node and CLI. All other packages are the
 * repository's.
 *
 * @param {keyof typeof OTHERS} versions
 * @param {{ repository: string, folder: string, log: (line: string) => void }} `folder` is created
 * @returns {Promise<{ cwd: string, node: string, env: { PATH: string }, about: string }>} the copy, its Node
 *   program, the environment for commands, and the versions as text
 */
export async function copyWithOtherVersions(versions, { repository, folder, log }) {
  await installToolbox(log);
  const cli = await findPulumiCli({ release: versions, log });
  const { node, sdk } = OTHERS[versions];
  const filter = (/** @type {string} */ path) =>
    !relative(repository, path)
      .split(sep)
      .some((name) => LEFT_OUT.includes(name));
  cpSync(repository, folder, { recursive: true, filter });
  const packages = join(folder, "node_modules");
  link(join(repository, "node_modules"), packages, ["@pulumi", "@grpc", "payengine-sandbox", ".cache"]);
  for (const scope of ["@pulumi", "@grpc"])
    link(join(repository, "node_modules", scope), join(packages, scope), ["pulumi", "grpc-js"]);
  symlinkSync(join(PACKAGES, sdk), join(packages, "@pulumi/pulumi"));
  const fromSdk = createRequire(join(PACKAGES, sdk, "package.json"));
  for (const name of OF_SDK) {
    rmSync(join(packages, name), { force: true });
    symlinkSync(dirname(fromSdk.resolve(`${name}/package.json`)), join(packages, name));
  }
  symlinkSync(join(folder, "sandbox"), join(packages, "payengine-sandbox"));
  symlinkSync(join(repository, "sandbox/node_modules"), join(folder, "sandbox/node_modules"));
  return {
    cwd: folder,
    node: join(nodeFolder(node), "node"),
    env: { PATH: [cli.binDir, nodeFolder(node), process.env.PATH].join(delimiter) },
    about: `Pulumi ${cli.version}, Node ${versionOf(`node-${node}`)}, @pulumi/pulumi ${versionOf(sdk)}`,
  };
}

/** Creates a folder of links to the entries of another folder. @param {string} from @param {string} to @param {string[]} butNot */
function link(from, to, butNot) {
  mkdirSync(to);
  for (const name of readdirSync(from))
    if (!butNot.includes(name)) symlinkSync(join(from, name), join(to, name));
}

/** `node test/matrix/other-versions.mjs oldest npx jest …` runs a command in such a copy. */
await runAsCommand(import.meta.url, async () => {
  const [, , versions, command = "", ...args] = process.argv;
  if ((versions !== "newest" && versions !== "oldest") || !command)
    throw new Error("Pass newest or oldest, and the command to run.");
  const folder = mkdtempSync(join(tmpdir(), "pulumi-payengine-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const log = console.error;
  const repository = fileURLToPath(new URL("../..", import.meta.url));
  const { cwd, env, about } = await copyWithOtherVersions(versions, {
    repository,
    folder: join(folder, "copy"),
    log,
  });
  log(about);
  const all = { ...process.env, ...env };
  const failure = await run(command, args, { cwd, env: all, stdio: "inherit", limitMs: LIMIT_MS });
  if (failure) throw new Error(`${command} ${failure}`);
});
