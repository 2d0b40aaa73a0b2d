import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { abridged, startingWith } from "../abridged";
import { countsOf, diagnosticsOf } from "./harness/diagnostics";
import { commonJs, useFixture } from "./harness/fixture";
import type { Project } from "./harness/project";

const given = useFixture();

const checkout = `exports.token = new payengine.ApiKey("checkout", { type: "private" }).token;`;
const REVEAL = "POST /api-keys/{id}/reveal";

const setIn = (project: Project, path: string, value: string) =>
  project.ok("config", "set", "--path", `payengine:contract.${path}`, value);

/** Adds lines to the stack's config, as a user does in an editor. */
async function writeConfig(project: Project, lines: string): Promise<void> {
  const file = `Pulumi.${project.stack}.yaml`;
  const yaml = await readFile(join(project.folder, file), "utf8");
  await project.write({ [file]: yaml.replace(/^config:\n/m, `config:\n${lines}`) });
}

/** The requests since the last call. */
async function operations(): Promise<(string | undefined)[]> {
  const requests = await given.fixture.control.requests();
  await given.fixture.control.clearRequests();
  return requests.map(({ operation }) => operation);
}

test("an account that reveals values in a second request needs one line of config", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ reveal: "byCall" });
  const project = await fixture.project({ program: checkout });
  const without = await project.fails("up", "--skip-preview");
  expect(diagnosticsOf(without).checkout).toEqual([
    abridged("error: Could not create the key", "payengine:contract.reveal", "No key was left behind."),
  ]);
  expect([await fixture.liveKeys(), await project.keys()]).toEqual([[], []]);

  await setIn(project, "reveal", REVEAL);
  expect(countsOf(await project.ok("preview"))).toEqual(["+ 1 to create", "1 unchanged"]);
  await fixture.control.clearRequests();
  expect(countsOf(await project.up())).toEqual(["+ 1 created", "1 unchanged"]);
  expect(await operations()).toEqual(["merchant", "listKeys", "createKey", "revealKey", "merchant"]);
  const { token } = await project.key("checkout");
  expect(await project.outputs()).toEqual({ token });
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["2 unchanged"]);
  expect(countsOf(await project.refresh())).toEqual(["2 unchanged"]);
  expect(countsOf(await project.destroy())).toEqual(["- 2 deleted"]);
  expect(await fixture.liveKeys()).toEqual([]);
});

/** Without the contract, only GET /merchant works. */
const OTHER = {
  path: "/v3/credentials",
  reveal: "byCall",
  revokeBy: "POST",
  getById: false,
  fields: { value: "secret", name: "label" },
  types: { public: "publishable", private: "secret" },
  statuses: { active: "on", revoked: "off" },
  revokedKeys: "status",
} as const;

const FITTING = {
  create: "POST /v3/credentials",
  list: "GET /v3/credentials",
  get: "none",
  reveal: "POST /v3/credentials/{id}/reveal",
  revoke: "POST /v3/credentials/{id}/revoke",
  fields: OTHER.fields,
  types: OTHER.types,
  revokedStatuses: ["off"],
};

test("refresh, rotation and destroy take a Provider's contract from state", async () => {
  const { fixture } = given;
  await fixture.control.setDialect(OTHER);
  const program = (count: number) => `
const provider = new payengine.Provider("other", {
  apiUrl: process.env.PAYENGINE_API_URL,
  apiKey: new pulumi.Config("payengine").requireSecret("apiKey"),
  contract: ${JSON.stringify(FITTING)},
});
const rotation = { triggers: { count: ${count} }, overlap: "1h" };
new payengine.ApiKey("checkout", { type: "private", rotation }, { provider });
new payengine.ApiKey("storefront", { type: "public" }, { provider });`;
  const project = await fixture.project({
    program: program(0),
    config: {},
    env: { PAYENGINE_API_URL: fixture.sandbox.url },
  });
  expect(countsOf(await project.ok("preview"))).toEqual(["+ 4 to create"]);
  await project.up();
  expect(countsOf(await project.refresh())).toEqual(["4 unchanged"]);
  await project.write({ "index.js": commonJs(program(1)) });
  expect(countsOf(await project.up())).toEqual(["~ 1 updated", "3 unchanged"]);
  expect((await project.key("checkout")).name).toMatch(/-g2$/);
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["4 unchanged"]);

  await fixture.control.revokeKey(String((await project.key("storefront")).keyId));
  expect(countsOf(await project.refresh())).toEqual(["- 1 deleted", "3 unchanged"]);
  await project.up();
  expect(countsOf(await project.destroy())).toEqual(["- 4 deleted"]);
  expect(await fixture.liveKeys()).toEqual([]);
});

test("a contract that the same program computes passes the preview", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ reveal: "byCall" });
  const project = await fixture.project({
    program: `
const first = new payengine.ApiKey("first", { type: "public" });
const reveal = first.keyId.apply(() => "${REVEAL}");
const apiKey = new pulumi.Config("payengine").requireSecret("apiKey");
const provider = new payengine.Provider("later", { apiKey, contract: { reveal } });
new payengine.ApiKey("second", { type: "private" }, { provider });`,
    config: {},
    env: { PAYENGINE_API_URL: fixture.sandbox.url },
  });
  expect(countsOf(await project.ok("preview"))).toEqual(["+ 4 to create"]);
  expect(countsOf(await project.up())).toEqual(["+ 4 created"]);
  expect(countsOf(await project.destroy())).toEqual(["- 4 deleted"]);
});

test("an up with a wrong contract loses nothing: up, refresh and destroy work once it is corrected", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ reveal: "byCall", revokeBy: "POST" });
  const project = await fixture.project({ program: checkout });
  await setIn(project, "reveal", REVEAL);
  await setIn(project, "revoke", "POST /api-keys/{id}/revoke");
  await project.up();
  const made = await project.keys();
  await fixture.control.clearRequests();

  await setIn(project, "revoke", "POST /api-keys/revoke");
  const WRONG =
    'payengine:contract.revoke does not have {id} in its path; write it like "DELETE /api-keys/{id}"';
  for (const command of [["preview"], ["up", "--skip-preview"]]) {
    expect(diagnosticsOf(await project.fails(...command)).checkout).toEqual([
      `error: pulumi-nodejs:dynamic/payengine:ApiKey resource 'checkout' has a problem: ${WRONG}`,
    ]);
  }
  // State has the wrong contract.
  for (const command of ["refresh", "destroy"]) {
    expect(diagnosticsOf(await project.fails(command, "--skip-preview")).checkout).toEqual([
      `error: Could not start on the key "shop-dev-checkout-<digits>": ${WRONG}.`,
    ]);
  }
  expect(await operations()).toEqual([]);
  expect(await project.keys()).toEqual(made);

  await setIn(project, "revoke", "POST /api-keys/{id}/revoke");
  expect(countsOf(await project.up())).toEqual(["2 unchanged"]);
  expect(countsOf(await project.refresh())).toEqual(["2 unchanged"]);
  expect(countsOf(await project.destroy())).toEqual(["- 2 deleted"]);
  expect(await fixture.liveKeys()).toEqual([]);
});

test("a contract's words that YAML parses as numbers or booleans are read as written", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({
    types: { public: "1", private: "2" },
    statuses: { active: "true", revoked: "false" },
    revokedKeys: "status",
    fields: { status: "7" },
  });
  const project = await fixture.project({
    program: `for (const type of ["private", "public"]) new payengine.ApiKey(type, { type });`,
  });
  await writeConfig(
    project,
    `  payengine:contract:
    types:
      public: 1
      private: 2
    revokedStatuses:
      - false
    fields:
      status: 7
`,
  );
  expect(countsOf(await project.up())).toEqual(["+ 3 created"]);
  expect(countsOf(await project.refresh())).toEqual(["3 unchanged"]);
  await fixture.control.revokeKey(String((await project.key("private")).keyId));
  expect(countsOf(await project.refresh())).toEqual(["- 1 deleted", "2 unchanged"]);
  expect(countsOf(await project.destroy())).toEqual(["- 2 deleted"]);
});

test.each([
  [
    "a part of the contract without --path",
    "payengine:contract.reveal",
    "is a separate key, not part of payengine:contract",
  ],
  ["a setting with a typo", "payengine:acountId", "is not a payengine setting; did you mean"],
])("%s fails the preview and the up before any request", async (_, key, problem) => {
  const { fixture } = given;
  const project = await fixture.project({ program: checkout });
  await project.ok("config", "set", key, REVEAL);
  for (const command of [["preview"], ["up", "--skip-preview"]]) {
    expect(diagnosticsOf(await project.fails(...command))).toEqual({
      "shop-dev": [startingWith(`error: ${key} ${problem}`)],
    });
  }
  expect(await fixture.control.requests()).toEqual([]);
  await project.ok("config", "rm", key);
  await project.ok("preview");
});

test("config of a project named payengine does not count as the provider's settings", async () => {
  const project = await given.fixture.project({ program: checkout });
  await project.ok("config", "set", "payengine:replicas", "3");
  expect(countsOf(await project.ok("preview"))).toEqual(["+ 2 to create"]);
});

test("a changed contract is never a replacement", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `${checkout}
const apiKey = new pulumi.Config("payengine").requireSecret("apiKey");
const contract = new pulumi.Config().getObject("contract");
const provider = new payengine.Provider("explicit", { apiKey, contract });
exports.site = new payengine.ApiKey("site", { type: "public" }, { provider }).token;`,
    config: {},
    env: { PAYENGINE_API_URL: fixture.sandbox.url },
  });
  await project.up();
  const made = await project.keys();

  const fields = { id: "uuid", name: "label", value: "secret", redacted: "masked" };
  await fixture.control.setDialect({ path: "/v3/keys", fields });
  for (const [call, line] of Object.entries({
    create: "POST /v3/keys",
    list: "GET /v3/keys",
    get: "GET /v3/keys/{id}",
    revoke: "DELETE /v3/keys/{id}",
  })) {
    await setIn(project, call, line);
    await project.ok("config", "set", "--path", `contract.${call}`, line);
  }
  for (const [field, name] of Object.entries(fields)) {
    await setIn(project, `fields.${field}`, name);
    await project.ok("config", "set", "--path", `contract.fields.${field}`, name);
  }
  // The provider resource.
  expect(countsOf(await project.up())).toEqual(["~ 1 updated", "3 unchanged"]);
  expect(await project.keys()).toEqual(made);
  expect(countsOf(await project.refresh())).toEqual(["4 unchanged"]);
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["4 unchanged"]);
  expect(countsOf(await project.destroy())).toEqual(["- 4 deleted"]);
  expect(await fixture.liveKeys()).toEqual([]);
});
