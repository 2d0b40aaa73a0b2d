import { execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findSecrets, type Haystack, sizeOf } from "../secret-search";
import { type Fixture, useFixture } from "./harness/fixture";
import { tableBelow } from "./harness/guide-table";
import { decryptedLogs } from "./harness/searched-places";

const given = useFixture();

/** A row of the table in docs/secret-path.md with its Pulumi flags. `OUT` starts the path of its files. */
interface Asked {
  readonly row: string;
  readonly flags?: string[];
  readonly env?: Record<string, string>;
  /** Only the decrypted automatic logs count. */
  readonly decrypts?: true;
}

const TRACES = { PULUMI_TRACING_NO_PAYLOADS: "true" };
const DEBUG = {
  NODE_DEBUG: "child_process,fetch,http,http2,https,net,tls,undici",
  GRPC_TRACE: "all",
  GRPC_VERBOSITY: "DEBUG",
};
const ON_ALL: Asked[] = [
  { row: "`PULUMI_DEBUG_GRPC`", env: { PULUMI_DEBUG_GRPC: "OUT-grpc.json" } },
  { row: "`NODE_DEBUG`, `GRPC_TRACE`", env: DEBUG },
];

const BEFORE_3_254: Asked[] = [
  {
    row: "event logs, `--debug`, `-v=6` and below",
    flags: ["--debug", "-v=6", "--logtostderr"],
  },
  { row: "`-v=7` and `-v=8`", flags: ["-v=7"] },
  { row: "`-v=7` and `-v=8`", flags: ["-v=8", "--logtostderr"] },
  { row: "`-v=9` and above", flags: ["-v=9", "--logtostderr"] },
  { row: "`-v=9` and above", flags: ["-v=11"] },
  { row: "`--tracing`", flags: ["--tracing", "file:OUT-trace"] },
  {
    row: "`--tracing`, `PULUMI_TRACING_NO_PAYLOADS=true`",
    flags: ["--tracing", "file:OUT-trace"],
    env: TRACES,
  },
  ...ON_ALL,
];

const FROM_3_254: Asked[] = [
  { row: "event logs, `--debug`, any `-v`", flags: ["--debug", "-v=7", "--logtostderr"] },
  { row: "event logs, `--debug`, any `-v`", flags: ["-v=9"] },
  { row: "event logs, `--debug`, any `-v`", flags: ["-v=11", "--logtostderr", "--logflow"] },
  { row: "`pulumi logs decrypt`, in base64", decrypts: true },
  { row: "`--tracing`, `--otel-traces`", flags: ["--tracing", "file:OUT-trace"] },
  { row: "`--tracing`, `--otel-traces`", flags: ["--otel-traces", "file://OUT-traces.json"] },
  {
    row: "either, `PULUMI_TRACING_NO_PAYLOADS=true`",
    flags: ["--tracing", "file:OUT-trace", "--otel-traces", "file://OUT-traces.json"],
    env: TRACES,
  },
  ...ON_ALL,
];

const version = execFileSync(join(process.env.PAYENGINE_E2E_CLI ?? "", "pulumi"), ["version"], {
  encoding: "utf8",
  env: { PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_HOME: tmpdir(), PATH: "" },
}).trim();
const isBefore254 = Number(version.split(".")[1]) < 254;
const [heading, asked] = isBefore254 ? ["### Pulumi 3.216", BEFORE_3_254] : ["### Pulumi 3.276", FROM_3_254];

const PROGRAM = `
const config = new pulumi.Config();
const apiUrl = process.env.SANDBOX_URL;
const byVariable = new payengine.Provider("by-variable", { apiUrl, credentialEnv: "CREDENTIAL" });
const byArgument = new payengine.Provider("by-argument", { apiUrl, apiKey: process.env.ARGUMENT });
exports.kept = new payengine.ApiKey("kept", { type: "private" }, { provider: byVariable }).token;
new payengine.ApiKey("quiet", { type: "private" }, { provider: byArgument });
const adopt = (keyId, token) => ({ type: "private", adopt: { keyId, token } });
new payengine.ApiKey("from-config", adopt(process.env.CONFIG_ID, config.requireSecret("adoptToken")));
new payengine.ApiKey("from-variable", adopt(process.env.VARIABLE_ID, pulumi.secret(process.env.VARIABLE_TOKEN)));
class Consumer extends pulumi.dynamic.Resource {
  constructor(name, props) {
    super({ async create({ token }) { return { id: name, outs: { length: token.length } }; } }, name, props);
  }
}
new Consumer("consumer", { token: new payengine.ApiKey("handed", { type: "private" }).token });`;

/** A key that was created by hand, to be adopted. */
async function keyMadeByHand(fixture: Fixture, name: string) {
  const key = { id: randomUUID(), name, type: "private", value: randomBytes(54).toString("hex") } as const;
  await fixture.control.addKey("sandbox", { ...key, createdAt: new Date().toISOString() });
  fixture.secrets.add(key.value);
  return key;
}

/** Applies and destroys a stack with each kind of secret, and returns those that Pulumi's files show. */
async function shownBy(fixture: Fixture, out: string, { flags = [], env = {}, decrypts }: Asked) {
  const inConfig = await keyMadeByHand(fixture, "in-config");
  const inVariable = await keyMadeByHand(fixture, "in-variable");
  const byDefault = await fixture.newCredential("sandbox", "Admin");
  const byVariable = await fixture.newCredential("sandbox", "Admin");
  const byArgument = await fixture.newCredential("sandbox", "Admin");
  const project = await fixture.project({
    program: PROGRAM,
    secrets: { "payengine:apiKey": fixture.credential, "shop:adoptToken": inConfig.value },
    env: {
      ...{ PAYENGINE_API_KEY: byDefault.key, CREDENTIAL: byVariable.key, ARGUMENT: byArgument.key },
      SANDBOX_URL: fixture.sandbox.url,
      ...{ CONFIG_ID: inConfig.id, VARIABLE_ID: inVariable.id, VARIABLE_TOKEN: inVariable.value },
    },
  });
  let written: Haystack[] = [{ path: out }];
  const asksForFiles = JSON.stringify({ flags, env }).includes("OUT");
  const run = async (command: string) => {
    // One command's traces overwrite another's in the same file.
    const at = (text: string) => text.replace("OUT", join(out, command));
    const settings = Object.entries(env).map(([name, value]) => [name, at(value)]);
    // The fixture does not search this output: it may show secrets.
    const options = { env: { ...Object.fromEntries(settings), TMPDIR: out }, showsSecrets: true };
    const ended = await project.run([command, "--skip-preview", ...flags.map(at)], options);
    expect(ended).toMatchObject({ exitCode: 0 });
    written.push({ name: command, content: ended.stdout + ended.stderr });
  };
  await run("up");
  const tokenOf = async (resource: string) => (await project.key(resource)).token ?? "";
  const secrets = {
    own: [await tokenOf("kept"), await tokenOf("quiet")],
    handed: [await tokenOf("handed")],
    config: [fixture.credential, inConfig.value],
    passed: [byArgument.key, inVariable.value],
    variable: [byDefault.key, byVariable.key],
  };
  await run("destroy");
  if (decrypts) written = await decryptedLogs(project);
  // An empty log would prove nothing.
  expect(sizeOf(asksForFiles ? [{ path: out }] : written)).toBeGreaterThan(5000);
  return Object.fromEntries(
    Object.entries(secrets).map(([kind, values]) => {
      const shown = values.map((value) => findSecrets([value], written).length > 0);
      return [kind, [...new Set(shown)].map((it) => (it ? "shown" : "hidden")).join(", ")];
    }),
  );
}

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "payengine-logs-"));
});
afterEach(() => rm(out, { recursive: true }));

describe(`docs/secret-path.md says what Pulumi ${version} itself writes in the clear`, () => {
  test.each(asked)("with $row: $flags", async (one) => {
    const said = tableBelow("docs/secret-path.md", heading);

    expect(await shownBy(given.fixture, out, one)).toEqual(said[one.row]);
  });

  test("in a table whose rows are all tested", () => {
    const rows = Object.keys(tableBelow("docs/secret-path.md", heading));

    expect(rows.sort()).toEqual([...new Set(asked.map(({ row }) => row))].sort());
  });
});
