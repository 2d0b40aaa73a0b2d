import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, cp, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { commonJs, type FixtureOptions, useFixture } from "../e2e/harness/fixture";
import { exampleProject } from "./example";

const example = join(__dirname, "../../examples/policy-pack");
/**
 * Pulumi's installer puts such a program beside the CLI; a CLI built by Go lacks it. The engine runs it in the pack's folder.
 * Newer CLIs let the language host run the pack, which the host here cannot do: they get this program instead of the folder.
 */
const ANALYZER = `#!/bin/sh
cd "$(dirname "$0")"
exec node "$(node -p 'require.resolve("@pulumi/pulumi/cmd/run-policy-pack")')" "$1" "$PWD"
`;
let pack = "";
/** The argument of --policy-pack. */
let toGive = "";

beforeAll(async () => {
  pack = await realpath(await mkdtemp(join(tmpdir(), "payengine-policy-pack-")));
  await cp(example, pack, {
    recursive: true,
    filter: (path) => !path.includes("/examples/policy-pack/node_modules"),
  });
  await promisify(execFile)("npm", ["ci", "--ignore-scripts", "--no-audit", "--prefer-offline"], {
    cwd: pack,
  });
  await writeFile(join(pack, "pulumi-analyzer-policy"), ANALYZER);
  await chmod(join(pack, "pulumi-analyzer-policy"), 0o755);
  const { stdout } = await promisify(execFile)(join(String(process.env.PAYENGINE_E2E_CLI), "pulumi"), [
    "version",
  ]);
  toGive = stdout.trim() === "v3.216.0" ? pack : join(pack, "pulumi-analyzer-policy");
}, 300_000);

afterAll(() => rm(pack, { recursive: true }));

const given = useFixture();

/** A stack of an example or of a program, and a CLI that finds the analyzer. */
async function projectOf(options: FixtureOptions & { readonly example?: string }) {
  const { fixture } = given;
  const project = await (options.example === undefined
    ? fixture.project({ files: { "index.js": commonJs(options.program ?? "") }, ...options })
    : exampleProject(fixture, options.example, options));
  project.env.PATH = [pack, project.env.PATH].join(delimiter);
  // The language host tells a pack its stack this way; a program instead of a folder has no host.
  project.env.PULUMI_NODEJS_STACK = project.stack;
  return project;
}

/** The message of each violation. */
const violations = (stdout: string) =>
  [...new Set(stdout.match(/^ *ApiKey ".*$/gm)?.map((it) => it.trim()))].sort();

test("protected keys that rotate pass in production", async () => {
  const { key } = await given.fixture.newCredential("production", "Developer");
  const project = await projectOf({
    example: "environments",
    stack: "production",
    secrets: { "payengine:apiKey": key },
  });
  const { stdout } = await project.up("--policy-pack", toGive);
  expect(stdout).toMatch(/payengine@v1\.0\.0/);
  expect(violations(stdout)).toEqual([]);
  expect(await given.fixture.liveKeys()).toHaveLength(1);
});

test("in production, keys without protection or a rotation period are violations", async () => {
  const project = await projectOf({
    stack: "prod-eu",
    program: `
      const overlap = "1h";
      new payengine.ApiKey("storefront", { type: "public" });
      new payengine.ApiKey("good", { type: "private", rotation: { period: "90d", overlap } }, { protect: true });
      new payengine.ApiKey("bare", { type: "private" });
      new payengine.ApiKey("on-trigger", { type: "private", rotation: { triggers: { leak: 0 }, overlap } }, { protect: true });
      const token = new pulumi.Config().requireSecret("token");
      new payengine.ApiKey("adopted", { type: "private", adopt: { keyId: "3f6c1e84-7b2a-4d95-8c0e-5a91d7f2b463", token } });
    `,
    secrets: { "payengine:apiKey": given.fixture.credential, token: randomBytes(48).toString("hex") },
  });
  const { stdout } = await project.fails("up", "--policy-pack", toGive);
  const unprotected = "is not protected: give it the option { protect: true }";
  const unrotated = 'does not rotate on a schedule: give it rotation: { period: "90d", overlap: "7d" }';
  expect(violations(stdout)).toEqual([
    `ApiKey "adopted" ${unrotated}`,
    `ApiKey "adopted" ${unprotected}`,
    `ApiKey "bare" ${unrotated}`,
    `ApiKey "bare" ${unprotected}`,
    `ApiKey "on-trigger" ${unrotated}`,
  ]);
  expect(await given.fixture.liveKeys()).toEqual([]);
});

test("keys without either pass in a stack that is not production", async () => {
  const project = await projectOf({ example: "quickstart" });
  const { stdout } = await project.up("--policy-pack", toGive);
  expect(violations(stdout)).toEqual([]);
  expect(await given.fixture.liveKeys()).toHaveLength(2);
});
