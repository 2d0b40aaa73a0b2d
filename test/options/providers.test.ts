import { ACCOUNT_IDS, MERCHANT_IDS } from "payengine-sandbox";
import { abridged } from "../abridged";
import { countsOf, diagnosticsOf } from "../e2e/harness/diagnostics";
import { useFixture } from "../e2e/harness/fixture";
import { hasFailed } from "../e2e/harness/run-program";

const given = useFixture();

test("an explicit provider manages a second account, in a component too; a new credential replaces nothing", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `
const config = new pulumi.Config();
const production = new payengine.Provider("production", {
  apiKey: config.require("productionKey"),
  apiUrl: new pulumi.Config("payengine").require("apiUrl"),
  accountId: "${MERCHANT_IDS.production[0]}",
});
new payengine.ApiKey("sandbox", { type: "private" });
new payengine.ApiKey("direct", { type: "private" }, { provider: production });
const team = new pulumi.ComponentResource("shop:Team", "team", {}, { providers: [production] });
new payengine.ApiKey("member", { type: "public" }, { parent: team });`,
    secrets: {
      "payengine:apiKey": fixture.credential,
      "shop:productionKey": (await fixture.newCredential("production", "Developer")).key,
    },
  });
  await project.ok("up");
  const made = await project.keys();
  const accounts = (await fixture.liveKeys()).map(
    ({ name, accountId }) => `${name.slice(0, -11)} ${accountId}`,
  );
  expect(accounts.sort()).toEqual([
    `shop-dev-direct ${ACCOUNT_IDS.production}`,
    `shop-dev-member ${ACCOUNT_IDS.production}`,
    `shop-dev-sandbox ${ACCOUNT_IDS.sandbox}`,
  ]);

  await project.setSecret("shop:productionKey", (await fixture.newCredential("production", "Admin")).key);
  expect(countsOf(await project.up())).toEqual(["~ 1 updated", "5 unchanged"]);
  expect(await project.keys()).toEqual(made);
  expect(countsOf(await project.refresh())).toEqual(["6 unchanged"]);

  await project.setSecret("shop:productionKey", (await fixture.newCredential("sandbox", "Admin")).key);
  await project.up();
  const refused = await project.fails("destroy", "--skip-preview");
  expect(diagnosticsOf(refused).direct).toEqual([
    abridged("error: Could not revoke the key", "payengine:accountId pins <key id>, but", ""),
  ]);
});

test("without a pin, a credential of another account revokes nothing and drops nothing from state", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `
for (const type of ["private", "public"]) new payengine.ApiKey(type, { type });`,
  });
  await project.up();
  const made = await project.keys();
  await fixture.control.advanceClock(61_000);
  const env = { PAYENGINE_API_KEY: (await fixture.newCredential("production", "Admin")).key };
  const why = [
    "the credential belongs to another account",
    "but nothing proves that the credential belongs to the",
  ];
  for (const command of [["refresh"], ["destroy", "--continue-on-error"]]) {
    const ended = await project.run([...command, "--skip-preview"], { env });
    expect(hasFailed(ended)).toBe(true);
    const { stdout } = ended;
    for (const text of why) expect(stdout).toContain(text);
    expect(await project.keys()).toEqual(made);
  }
});

test("a provider whose credential is a key of the same program previews, creates and destroys in order", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `
const apiUrl = new pulumi.Config("payengine").require("apiUrl");
const first = new payengine.ApiKey("first", { type: "private" });
const provider = new payengine.Provider("second", { apiKey: first.token, apiUrl });
new payengine.ApiKey("second", { type: "private" }, { provider });`,
  });
  expect(countsOf(await project.ok("preview"))).toEqual(["+ 4 to create"]);
  expect(countsOf(await project.up())).toEqual(["+ 4 created"]);
  expect(countsOf(await project.destroy())).toEqual(["- 4 deleted"]);
});

test("credentialEnv is read in every operation, so that destroy and refresh work after a rotation", async () => {
  const { fixture } = given;
  const [old, fresh] = [
    await fixture.newCredential("sandbox", "Admin"),
    await fixture.newCredential("sandbox", "Admin"),
  ];
  const project = await fixture.project({
    program: `
const provider = new payengine.Provider("team", { credentialEnv: "TEAM_KEY" });
new payengine.ApiKey("checkout", { type: "private" }, { provider });`,
    secrets: {},
    env: { TEAM_KEY: old.key, PAYENGINE_API_URL: fixture.sandbox.url },
  });
  await project.up();
  await fixture.control.revokeKey(old.keyId);
  project.env.TEAM_KEY = fresh.key;
  expect(countsOf(await project.refresh())).toEqual(["3 unchanged"]);
  expect(countsOf(await project.destroy())).toEqual(["- 3 deleted"]);
});

test("a stale credential in state fails destroy, refresh and up --refresh without dropping anything, and --run-program works", async () => {
  const { fixture } = given;
  const [old, fresh] = [
    await fixture.newCredential("sandbox", "Admin"),
    await fixture.newCredential("sandbox", "Admin"),
  ];
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
    secrets: { "payengine:apiKey": old.key },
  });
  await project.up();
  await fixture.control.revokeKey(old.keyId);
  await project.setSecret("payengine:apiKey", fresh.key);
  const made = await project.keys();
  const why = (method: string) =>
    `PayEngine returned 401 for ${method} <address>/api/api-keys/<key id>: E121: `;

  const destroy = await project.fails("destroy", "--skip-preview");
  expect(diagnosticsOf(destroy).checkout).toEqual([
    abridged("error: Could not revoke the key", why("DELETE"), "--run-program", ""),
  ]);
  const refresh = await project.fails("refresh", "--skip-preview");
  expect(diagnosticsOf(refresh).checkout).toEqual([
    abridged("error: Could not read the key", why("GET"), "--run-program", ""),
  ]);
  const up = await project.fails("up", "--skip-preview", "--refresh");
  expect(diagnosticsOf(up)).toMatchObject({
    checkout: diagnosticsOf(refresh).checkout,
    "shop-dev": expect.arrayContaining(["payengine: see the error of the resource"]),
  });
  expect(await project.keys()).toEqual(made);

  await project.up("--refresh", "--run-program");
  await project.refresh("--run-program");
  expect(await project.keys()).toEqual(made);
  await project.destroy("--run-program");
  expect(await fixture.liveKeys()).toEqual([]);
});

test("PAYENGINE_API_KEY overrides a credential in config or state that no longer works", async () => {
  const { fixture } = given;
  const old = await fixture.newCredential("sandbox", "Admin");
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
    secrets: { "payengine:apiKey": old.key },
  });
  await fixture.control.revokeKey(old.keyId);
  await project.fails("up", "--skip-preview");
  project.env.PAYENGINE_API_KEY = fixture.credential;
  await project.up();
  expect(countsOf(await project.refresh())).toEqual(["2 unchanged"]);
  expect(countsOf(await project.destroy())).toEqual(["- 2 deleted"]);
});

test("another passphrase fails every command and changes nothing", async () => {
  const project = await given.fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
  });
  await project.up();
  const made = await project.keys();
  for (const command of ["up", "refresh", "destroy"]) {
    const env = { PULUMI_CONFIG_PASSPHRASE: "another" };
    const ended = await project.run([command, "--skip-preview"], { env });
    expect(hasFailed(ended)).toBe(true);
    const { stderr } = ended;
    expect(stderr).toContain("incorrect passphrase");
  }
  expect(await project.keys()).toEqual(made);
});
