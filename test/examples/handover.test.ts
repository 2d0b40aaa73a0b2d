import { execFile } from "node:child_process";
import { chmod, cp, mkdtemp, readdir, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { exampleProject } from "./example";

const run = promisify(execFile);
const GITHUB = "github:index/actionsSecret:ActionsSecret";
const KUBERNETES = "kubernetes:core/v1:Secret";
/** What stands on the wire, and in state, for a value that is a secret. */
const SECRET = "4dabf18193072939515e22adb298388d";
let folder = "";

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "payengine-handover-")));
  await cp(join(__dirname, "handover"), folder, { recursive: true });
  const installed = process.env.PAYENGINE_E2E_INSTALLED ?? "";
  const tarball = (await readdir(installed)).find((name) => name.endsWith(".tgz")) ?? "";
  // The lock pins everything but the package under test.
  const options = ["--no-save", "--ignore-scripts", "--no-audit", "--prefer-offline"];
  await run("npm", ["install", ...options, join(installed, tarball)], { cwd: folder });
  for (const name of ["github", "kubernetes"]) {
    const plugin = join(folder, `pulumi-resource-${name}`);
    await cp(join(folder, "stand-in.cjs"), plugin);
    await chmod(plugin, 0o755);
  }
}, 300_000);

afterAll(() => rm(folder, { recursive: true }));

const given = useFixture();

/** What a consumer holds in state, decrypted. */
async function handedOver(project: Project, type: string, property: string) {
  const { resources = [] } = await project.deployment();
  const [resource] = resources.filter((it) => it.type === type);
  const secret = resource.outputs[property] as { plaintext?: string };
  expect(secret).toHaveProperty(SECRET);
  return JSON.parse(secret.plaintext ?? "");
}

test("GitHub and Kubernetes receive the key as a secret, and the next key after a rotation", async () => {
  const { fixture } = given;
  const project = await exampleProject(fixture, "handover", { packages: join(folder, "node_modules") });
  project.env.PATH = [folder, project.env.PATH].join(delimiter);
  await project.ok("config", "set", "repository", "shop");

  const tokens = [];
  for (const rotation of ["1", "2"]) {
    await project.ok("config", "set", "rotation", rotation);
    await project.up();
    const { token } = await project.key("checkout");
    expect(await handedOver(project, GITHUB, "value")).toBe(token);
    expect(await handedOver(project, KUBERNETES, "stringData")).toEqual({ PAYENGINE_KEY: token });
    tokens.push(token);
  }
  const [first, second] = tokens;
  expect(second).not.toBe(first);
  // The overlap: whoever still has the first one can work.
  expect(await fixture.authenticates(first ?? "")).toBe(true);
  expect(await fixture.authenticates(second ?? "")).toBe(true);
  await project.destroy();
  expect(await fixture.liveKeys()).toEqual([]);
});

test("the program compiles against both packages' types and hands over only secrets", async () => {
  await cp(join(__dirname, "../../examples/handover/index.ts"), join(folder, "index.ts"));
  await cp(join(__dirname, "../../examples/handover/tsconfig.json"), join(folder, "tsconfig.json"));
  const compile = ["-p", ".", "--noEmit", "false", "--outDir", "compiled"];
  await run(process.execPath, [join(folder, "node_modules/typescript/bin/tsc"), ...compile], { cwd: folder });
  const { stdout } = await run(process.execPath, ["with-mocks.cjs"], { cwd: folder });
  const secret = (value: unknown) => ({ [SECRET]: "1b47061264138c4ac30d75fd1eb44270", value });
  expect(JSON.parse(stdout)).toEqual({
    [GITHUB]: { repository: "shop", secretName: "PAYENGINE_KEY", value: secret("the-new-key") },
    [KUBERNETES]: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace: "default" },
      stringData: secret({ PAYENGINE_KEY: "the-new-key" }),
    },
  });
});
