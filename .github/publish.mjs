// @ts-check
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";

/**
 * Publishes the provider and the sandbox from the working folder: `node .github/publish.mjs`. The release workflow runs it, and so
 * does the rehearsal in test/release, with a registry on this machine.
 *
 * Only the first version needs NPM_TOKEN. Once the packages exist, npm can trust the workflow instead.
 */
const { publishConfig } = JSON.parse(readFileSync("package.json", "utf8"));
/** On Windows npm is a .cmd file, which only a shell starts. */
const shell = process.platform === "win32";
/** @param {string} setting */
const npmSetting = (setting) =>
  execFileSync("npm", ["config", "get", setting], { encoding: "utf8", shell }).trim();

if (process.env.NPM_TOKEN) {
  const registry = new URL(npmSetting("registry"));
  // npm replaces the variable when it reads the file, so the token itself is never written.
  const line = `//${registry.host}${registry.pathname}:_authToken=\${NPM_TOKEN}\n`;
  appendFileSync(npmSetting("userconfig"), line);
}
// The root's tag is the tag of both packages.
const args = ["publish", "--access", "public", "--tag", publishConfig?.tag ?? "latest"];
const { status } = spawnSync("npm", [...args, "--workspaces", "--include-workspace-root"], {
  stdio: "inherit",
  shell,
});
process.exitCode = status ?? 1;
