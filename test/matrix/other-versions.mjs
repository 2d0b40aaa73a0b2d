// @ts-check
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeFolder, versionOf } from "./toolbox.mjs";

const PACKAGES = fileURLToPath(new URL("./node_modules", import.meta.url));

/** What this repository's own tests also run with: the newest Node and SDK, and the oldest supported ones. */
export const OTHERS = /** @type {const} */ ({
  newest: { node: 26, sdk: "pulumi-newest" },
  oldest: { node: 20, sdk: "pulumi-oldest" },
});

/** What tests speak with the plugin by: the SDK's own. */
const OF_SDK = ["@grpc/grpc-js", "google-protobuf"];
/** Neither history, nor what installing and testing leave. */
const LEFT_OUT = [".git", "node_modules", "coverage"];

/**
 * Copies the repository, as it is built, to where all of it finds another @pulumi/pulumi. The other packages are those of
 * the repository.
 *
 * @param {keyof typeof OTHERS} versions
 * @param {{ repository: string, folder: string }} where `folder` is made
 * @returns {{ folder: string, node: string, nodeVersion: string, sdkVersion: string }} the copy, and the folder of the Node
 *   to use
 */
export function copyWithOtherVersions(versions, { repository, folder }) {
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
  const [nodeVersion, sdkVersion] = [versionOf(`node-${node}`), versionOf(sdk)];
  return { folder, node: nodeFolder(node), nodeVersion, sdkVersion };
}

/** Makes a folder of links to all that another holds. @param {string} from @param {string} to @param {string[]} butNot */
function link(from, to, butNot) {
  mkdirSync(to);
  for (const name of readdirSync(from))
    if (!butNot.includes(name)) symlinkSync(join(from, name), join(to, name));
}
