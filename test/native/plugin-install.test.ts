import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { payengine } from "../cli/command";
import { useFixture } from "../e2e/harness/fixture";
import { installedPlugin } from "../e2e/harness/native-face";
import type { Project } from "../e2e/harness/project";

const given = useFixture();

const REPOSITORY = join(__dirname, "../..");
/** A generated SDK asks for the version that it was made for. */
const program = (version: string) => `require("pulumi-payengine");
const pulumi = require("@pulumi/pulumi");
const secret = { additionalSecretOutputs: ["token"], version: "${version}" };
exports.key = new pulumi.CustomResource("payengine:index:ApiKey", "checkout", { type: "private", token: undefined }, secret).token;
`;

const withVersion = (version: string, settings?: string) =>
  given.fixture.project({ files: { "index.js": program(version) }, ...(settings && { settings }) });

async function install(project: Project, version = "0.1.0"): Promise<void> {
  const folder = join(project.folder, "tarballs");
  execFileSync(process.execPath, [join(REPOSITORY, "plugin/tarballs.mjs"), folder]);
  execFileSync("sha256sum", ["--check", "--quiet", "checksums.txt"], { cwd: folder });
  const tarball = join(folder, "pulumi-resource-payengine-v0.1.0-linux-amd64.tar.gz");
  await project.ok("plugin", "install", "resource", "payengine", `v${version}`, "--file", tarball);
}

test("the release's archive installs, and programs then need nothing more", async () => {
  const project = await withVersion("0.1.0");
  await install(project);
  await project.up();
  await project.destroy();
});

test("two versions of the plugin in one program work side by side", async () => {
  const both = `${program("0.1.0")}
new pulumi.CustomResource("payengine:index:ApiKey", "other", { type: "private" }, { ...secret, version: "0.1.1" });`;
  const project = await given.fixture.project({ files: { "index.js": both } });
  await install(project);
  await install(project, "0.1.1");
  await project.up();
  expect((await project.keys()).map(({ resource }) => resource)).toEqual(["checkout", "other"]);
  const audit = await payengine(project, ["audit", "--name-prefix", "shop-"]);
  expect(audit.exitCode).toBe(0);
  await project.destroy();
});

test("a plugin that is missing, or older than the SDK, is one clear message before anything is created", async () => {
  const project = await withVersion("0.2.0");
  const env = { env: { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } };
  for (const step of ["missing", "older"] as const) {
    if (step === "older") await install(project);
    const { exitCode, stdout, stderr } = await project.run(["up", "--skip-preview"], env);
    expect(exitCode).not.toBe(0);
    expect(stdout + stderr).toContain(
      "no resource plugin 'pulumi-resource-payengine' found in the workspace at version v0.2.0",
    );
  }
  expect(await given.fixture.liveKeys()).toEqual([]);
});

test.each([
  ["no Node.js", undefined, "needs Node.js 20.18.1 or later, and found no node on PATH"],
  ["an older Node.js", "18.20.4", "needs Node.js 20.18.1 or later, and found 18.20.4"],
])("on a machine with %s the plugin says what it needs", (_what, version, message) => {
  const folder = mkdtempSync(join(tmpdir(), "payengine-path-"));
  for (const name of ["sh", "dirname"])
    symlinkSync(execFileSync("which", [name]).toString().trim(), join(folder, name));
  if (version !== undefined) {
    // A Node.js that takes itself for an older one.
    const fake = `Object.defineProperty(process.versions, "node", { value: "${version}" });`;
    writeFileSync(join(folder, "older.cjs"), fake);
    writeFileSync(
      join(folder, "node"),
      `#!/bin/sh\nexec ${process.execPath} --require ${folder}/older.cjs "$@"\n`,
    );
    chmodSync(join(folder, "node"), 0o755);
  }
  const ended = ran(join(installedPlugin(), "pulumi-resource-payengine"), folder);
  rmSync(folder, { recursive: true });
  expect(ended).toContain(message);
});

function ran(plugin: string, path: string): string {
  try {
    return execFileSync(plugin, ["127.0.0.1:1"], { env: { PATH: path }, stdio: "pipe" }).toString();
  } catch (error) {
    return String((error as { stderr: Buffer }).stderr);
  }
}
