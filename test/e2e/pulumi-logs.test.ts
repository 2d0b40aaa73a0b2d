import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findSecrets, type Haystack } from "../secret-search";
import { type Fixture, useFixture } from "./harness/fixture";
import { tableBelow } from "./harness/guide-table";

const given = useFixture();

/** The rows of the table in docs/secret-path.md, and what they ask Pulumi for. `OUT` is a folder for its files. */
const ASKED: [row: string, flags: string[], env?: Record<string, string>][] = [
  ["event logs, `--debug`, `-v=6` and below", ["--debug", "-v=6", "--logtostderr"]],
  ["`-v=7` and `-v=8`", ["-v=7"]],
  ["`-v=7` and `-v=8`", ["-v=8", "--logtostderr"]],
  ["`-v=9` and above", ["-v=9", "--logtostderr"]],
  ["`-v=9` and above", ["-v=11"]],
  ["`--tracing`", ["--tracing", "file:OUT/trace"]],
  [
    "`--tracing`, `PULUMI_TRACING_NO_PAYLOADS=true`",
    ["--tracing", "file:OUT/trace"],
    { PULUMI_TRACING_NO_PAYLOADS: "true" },
  ],
  ["`PULUMI_DEBUG_GRPC`", [], { PULUMI_DEBUG_GRPC: "OUT/grpc.json" }],
];

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

/** A key made by hand, to be adopted. */
async function keyMadeByHand(fixture: Fixture, name: string) {
  const key = { id: randomUUID(), name, type: "private", value: randomBytes(54).toString("hex") } as const;
  await fixture.control.addKey("sandbox", { ...key, createdAt: new Date().toISOString() });
  fixture.secrets.add(key.value);
  return key;
}

/** Applies and destroys a stack that has each kind of secret, and says which of them what Pulumi wrote shows. */
async function shownBy(fixture: Fixture, out: string, flags: string[], env: Record<string, string>) {
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
  const at = (text: string) => text.replace("OUT", out);
  const files = Object.entries({ ...env, TMPDIR: out }).map(([name, value]) => [name, at(value)]);
  const written: Haystack[] = [{ path: out }];
  const run = async (command: string) => {
    // The fixture does not search this output: it may show secrets.
    const options = { env: Object.fromEntries(files), showsSecrets: true };
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

describe("docs/secret-path.md says what Pulumi 3.216 itself writes in the clear", () => {
  test.each(ASKED)("with %s: %j", async (row, flags, env = {}) => {
    const said = tableBelow("docs/secret-path.md", "### Pulumi 3.216");

    expect(await shownBy(given.fixture, out, flags, env)).toEqual(said[row]);
  });

  test("in a table whose rows are all tried", () => {
    const rows = Object.keys(tableBelow("docs/secret-path.md", "### Pulumi 3.216"));

    expect(rows).toEqual([...new Set(ASKED.map(([row]) => row))]);
  });
});
