import { execFile } from "node:child_process";
import { chmod, cp, mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { exampleProject } from "./example";

const run = promisify(execFile);
/** Providers whose plugin the stand-in replaces: the CLI finds a plugin by its name on PATH. */
const PLUGINS = ["aws", "github", "kubernetes", "pulumiservice", "vault"];
let folder = "";

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "payengine-secret-stores-")));
  await cp(join(__dirname, "secret-stores"), folder, { recursive: true });
  const installed = process.env.PAYENGINE_E2E_INSTALLED ?? "";
  const tarball = (await readdir(installed)).find((name) => name.endsWith(".tgz")) ?? "";
  // The lock pins everything except the package under test.
  const options = ["--no-save", "--ignore-scripts", "--no-audit", "--prefer-offline"];
  await run("npm", ["install", ...options, join(installed, tarball)], { cwd: folder });
  for (const name of PLUGINS) {
    const plugin = join(folder, `pulumi-resource-${name}`);
    await cp(join(folder, "stand-in.cjs"), plugin);
    await chmod(plugin, 0o755);
  }
}, 300_000);

afterAll(() => rm(folder, { recursive: true }));

const given = useFixture();

/** Marks a value that state holds encrypted. */
const secret = (value: unknown) => ({ secret: value });

interface Store {
  readonly example: string;
  readonly config?: Readonly<Record<string, string>>;
  /** Outputs of the resources that get the key's value, by type. */
  readonly outputs: (token: string) => Readonly<Record<string, object>>;
}

const STORES: Store[] = [
  {
    example: "aws-secrets-manager",
    outputs: (token) => ({
      "aws:secretsmanager/secretVersion:SecretVersion": { secretString: secret(token) },
    }),
  },
  {
    example: "handover",
    config: { repository: "shop" },
    outputs: (token) => ({
      "github:index/actionsSecret:ActionsSecret": {
        repository: "shop",
        secretName: "PAYENGINE_KEY",
        value: secret(token),
      },
      "kubernetes:core/v1:Secret": { stringData: secret({ PAYENGINE_KEY: token }) },
    }),
  },
  {
    example: "pulumi-esc",
    config: { organization: "acme" },
    outputs: (token) => ({
      "pulumiservice:index:Environment": {
        organization: "acme",
        project: "payengine",
        name: "dev",
        yaml: secret(expect.objectContaining({ text: expect.stringContaining(`fn::secret: "${token}"\n`) })),
      },
      // What stack-outputs.yaml reads.
      "pulumi:pulumi:Stack": { checkoutKey: secret(token) },
    }),
  },
  {
    example: "vault",
    outputs: (token) => ({
      "vault:kv/secretV2:SecretV2": {
        mount: "secret",
        name: "payengine/dev/checkout",
        dataJson: secret(JSON.stringify({ key: token })),
        data: secret({ key: token }),
      },
    }),
  },
];

/** The outputs in state by the type of their resource, with encrypted values marked by `secret`. */
async function outputsOf(project: Project) {
  const { resources = [] } = await project.deployment();
  const all = Object.fromEntries(resources.map(({ type, outputs }) => [type, outputs]));
  return JSON.parse(JSON.stringify(all), (_key, value) =>
    typeof value?.plaintext === "string" ? secret(JSON.parse(value.plaintext)) : value,
  );
}

/** An example's project, which finds the real packages and the stand-ins for their plugins. */
async function storeProject({ example, config = {} }: Pick<Store, "example" | "config">) {
  const project = await exampleProject(given.fixture, example, { packages: join(folder, "node_modules") });
  project.env.PATH = [folder, project.env.PATH].join(delimiter);
  for (const [key, value] of Object.entries(config)) await project.ok("config", "set", key, value);
  return project;
}

test.each(STORES)(
  "$example compiles against the real packages, stores the key as a secret, and stores the next one after a rotation",
  async ({ example, config, outputs }) => {
    const { fixture } = given;
    const project = await storeProject({ example, config });
    await run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "."], { cwd: project.folder });

    const tokens: string[] = [];
    for (const rotation of ["1", "2"]) {
      await project.ok("config", "set", "rotation", rotation);
      await project.up();
      const { token = "" } = await project.key("checkout");
      expect(await outputsOf(project)).toMatchObject(outputs(token));
      tokens.push(token);
    }
    const [first = "", second = ""] = tokens;
    expect(second).not.toBe(first);
    // During the overlap a reader can still use the first key.
    expect(await fixture.authenticates(first)).toBe(true);
    expect(await fixture.authenticates(second)).toBe(true);
    await project.destroy();
    expect(await fixture.liveKeys()).toEqual([]);
  },
);

test("after a store rejects the write, the next up stores the same key", async () => {
  const { fixture } = given;
  const project = await storeProject({ example: "vault" });
  project.env.STORE_REJECTS = "true";
  const { stdout } = await project.fails("up", "--skip-preview");
  expect(stdout).toContain("permission denied");
  const { token = "" } = await project.key("checkout");

  delete project.env.STORE_REJECTS;
  await project.up();
  expect((await project.key("checkout")).token).toBe(token);
  expect(await outputsOf(project)).toMatchObject({
    "vault:kv/secretV2:SecretV2": { dataJson: secret(JSON.stringify({ key: token })) },
  });
  expect(await fixture.liveKeys()).toHaveLength(1);
});

test("stack-outputs.yaml of pulumi-esc names an output and the stack of the example's program", async () => {
  const read = (name: string) => readFile(join(__dirname, "../../examples/pulumi-esc", name), "utf8");
  const definition = await read("stack-outputs.yaml");
  expect(definition).toContain("stack: payengine-pulumi-esc/dev\n");
  expect(definition).toMatch(/: \$\{payengine\.dev\.checkoutKey\}$/m);
  expect(await read("Pulumi.yaml")).toContain("name: payengine-pulumi-esc\n");
});
