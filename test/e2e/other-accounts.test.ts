import { countsOf, pinHintsOf } from "./harness/diagnostics";
import { commonJs, type Fixture, useFixture } from "./harness/fixture";
import type { Project } from "./harness/project";

const given = useFixture();

/** Credentials of new users of the keys' account and of another account. */
async function credentials(fixture: Fixture) {
  const own = await fixture.newCredential("sandbox", "Developer");
  const foreign = await fixture.newCredential("production", "Admin");
  return { own: own.key, foreign: foreign.key };
}

const checkout = (args: string, opts = "{}") =>
  `new payengine.ApiKey("checkout", { type: "private", ${args} }, ${opts});`;
const rotating = (count: number) => `rotation: { triggers: { count: ${count} }, overlap: "0s" }`;

/** The outputs of the resource "checkout" in state. */
async function outputsOf(project: Project, resource = "checkout"): Promise<Record<string, unknown>> {
  const { resources = [] } = await project.deployment();
  return resources.find(({ urn }) => urn.endsWith(`::${resource}`))?.outputs ?? {};
}

/** The requests that create or revoke a key. */
async function changes(fixture: Fixture): Promise<string[]> {
  const requests = await fixture.control.requests();
  return requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);
}

async function withCheckout(program: string): Promise<Project> {
  const project = await given.fixture.project({ program });
  await project.up();
  await given.fixture.control.clearRequests();
  return project;
}

/** Runs `up` with another account's credential and expects that nothing was created, revoked or changed in state. */
async function refused(project: Project, foreign: string, ...args: string[]): Promise<string> {
  const { fixture } = given;
  const before = await project.keys();
  project.env.PAYENGINE_API_KEY = foreign;
  const failed = await project.fails("up", "--skip-preview", ...args);
  delete project.env.PAYENGINE_API_KEY;
  expect(await changes(fixture)).toEqual([]);
  expect(await project.keys()).toEqual(before);
  return failed.stdout;
}

describe("a replacement with another account's credential creates no key there, and one with the same account's does:", () => {
  test.each([
    ["type", checkout(""), `new payengine.ApiKey("checkout", { type: "public" });`],
    ["namePrefix", checkout(""), checkout(`namePrefix: "web"`)],
    ['overlap "0s"', checkout(rotating(0)), checkout(rotating(1))],
    [
      "replacementTrigger",
      checkout("", "{ replacementTrigger: 1 }"),
      checkout("", "{ replacementTrigger: 2 }"),
    ],
  ])("%s", async (_what, before, after) => {
    const { fixture } = given;
    const { own, foreign } = await credentials(fixture);
    const project = await withCheckout(before);
    const old = await project.key("checkout");
    await project.write({ "index.js": commonJs(after) });
    const said = await refused(project, foreign);
    expect(said).toMatch(new RegExp(`Could not create the key "\\S+" to replace "${old.name}": `));
    expect(said).toContain("No key was created.");

    await fixture.control.clearRequests();
    project.env.PAYENGINE_API_KEY = own;
    expect(countsOf(await project.up())).toEqual(["+-1 replaced", "1 unchanged"]);
    // Besides the list before a first key, the proof is one request: for the key by its id or by its name.
    const calls = (await fixture.control.requests()).map(({ operation }) => operation);
    const asked = calls.slice(0, calls.indexOf("createKey")).filter((it) => it !== "merchant");
    expect(asked).toEqual(expect.arrayContaining(["listKeys"]));
    expect(asked).toHaveLength(2);
    expect((await fixture.liveKeys()).map(({ name }) => name)).toEqual([
      (await project.key("checkout")).name,
    ]);
  });
});

describe("with --replace or a taint, the engine does not show the replaced key:", () => {
  const program = `const storefront = new payengine.ApiKey("storefront", { type: "public" });
new payengine.ApiKey("checkout", { type: "private" }, { dependsOn: storefront });`;
  const replacing = {
    "--replace": async ({ urn }: { urn: string }) => ["--replace", urn],
    "a taint": async ({ urn }: { urn: string }, project: Project) => {
      await project.ok("state", "taint", urn);
      return [];
    },
  };
  const ways = Object.keys(replacing) as (keyof typeof replacing)[];

  test.each(ways)("%s is refused if the process has seen another key in state", async (way) => {
    const { fixture } = given;
    const { own, foreign } = await credentials(fixture);
    const project = await withCheckout(program);
    const args = await replacing[way](await project.key("checkout"), project);
    expect(await refused(project, foreign, ...args)).toContain(
      "nothing proves that the credential belongs to the account of the other keys in this state",
    );
    project.env.PAYENGINE_API_KEY = own;
    expect(countsOf(await project.up(...args))).toEqual(["+-1 replaced", "2 unchanged"]);
  });

  test.each(ways)("%s is refused by a pin", async (way) => {
    const { fixture } = given;
    const { own, foreign } = await credentials(fixture);
    const project = await withCheckout(checkout(""));
    const { merchantId } = await outputsOf(project);
    await project.ok("config", "set", "payengine:accountId", String(merchantId));
    await project.up();
    await fixture.control.clearRequests();
    const args = await replacing[way](await project.key("checkout"), project);
    expect(await refused(project, foreign, ...args)).toContain("payengine:accountId pins");
    project.env.PAYENGINE_API_KEY = own;
    expect(countsOf(await project.up(...args))).toEqual(["+-1 replaced", "1 unchanged"]);
  });
});

describe("a key that moves to another provider", () => {
  const providers = `const config = new pulumi.Config();
const team = new payengine.Provider("team", { apiKey: config.requireSecret("own") });
const production = new payengine.Provider("production", { apiKey: config.requireSecret("foreign") });
class Component extends pulumi.ComponentResource {
  constructor(name, provider) {
    super("shop:Component", name, {}, { providers: [provider] });
  }
}`;
  const moves = [
    ["its own option", "{}", "{ provider: team }", "{ provider: production }"],
    [
      "its parent",
      `{ parent: new Component("shop", undefined) }`,
      `{ parent: new Component("shop", team) }`,
      `{ parent: new Component("shop", production) }`,
    ],
  ] as const;

  test.each(moves)("by %s must be proven to be in the same account", async (_by, none, own, foreign) => {
    const { fixture } = given;
    const keys = await credentials(fixture);
    const program = (opts: string) =>
      `${providers.replace("[provider]", "provider ? [provider] : []")}${checkout("", opts)}`;
    const project = await fixture.project({
      program: program(none),
      secrets: { "payengine:apiKey": fixture.credential, "shop:own": keys.own, "shop:foreign": keys.foreign },
      env: { PAYENGINE_API_URL: fixture.sandbox.url },
    });
    await project.up();
    const made = await project.key("checkout");
    await fixture.control.clearRequests();

    await project.write({ "index.js": commonJs(program(foreign)) });
    const preview = await project.ok("preview", "--diff");
    expect(preview.stdout).toMatch(/\+ providerName +: "production"/);
    const said = (await project.fails("up", "--skip-preview")).stdout;
    expect(said).toContain(`Could not move the key "${made.name}" to the provider "production": `);
    expect(said).toContain("the credential belongs to another account");
    expect(await changes(fixture)).toEqual([]);

    await project.write({ "index.js": commonJs(program(own)) });
    expect(countsOf(await project.up())).toContain("~ 1 updated");
    expect(await changes(fixture)).toEqual([]);
    expect(await outputsOf(project)).toMatchObject({ keyId: made.keyId, providerName: "team" });
    await project.up("--expect-no-changes");

    // With a replacement, the new key would be created there.
    await project.write({ "index.js": commonJs(program(foreign).replace("private", "public")) });
    const both = (await project.fails("up", "--skip-preview")).stdout;
    expect(both).toContain(`to replace "${made.name}": `);
    expect(await changes(fixture)).toEqual([]);
    await project.write({ "index.js": commonJs(program(none)) });
    expect(countsOf(await project.up())).toContain("~ 1 updated");
  });
});

test("while no account is pinned, preview and up show once how to pin it", async () => {
  const { fixture } = given;
  const program = `for (const name of ["a", "b", "c"]) new payengine.ApiKey(name, { type: "private" });`;
  const project = await fixture.project({ program });
  const made = await project.up();
  const { merchantId } = await outputsOf(project, "a");
  const hint = [expect.stringContaining(`run \`pulumi config set payengine:accountId ${merchantId}\``)];
  expect(pinHintsOf(made)).toEqual(hint);
  expect(pinHintsOf(await project.ok("preview"))).toEqual(hint);
  expect(pinHintsOf(await project.up())).toEqual(hint);
  await project.ok("config", "set", "payengine:accountId", String(merchantId));
  expect(pinHintsOf(await project.up())).toEqual([]);
});
