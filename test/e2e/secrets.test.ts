import { findSecrets } from "../secret-search";
import { isCliFrom } from "./harness/cli-version";
import { commonJs, useFixture } from "./harness/fixture";
import { placesOf } from "./harness/searched-places";

const given = useFixture();

test("--debug shows no token", async () => {
  const project = await given.fixture.project({
    program: `exports.key = new payengine.ApiKey("checkout", { type: "private" }).token;`,
  });
  const up = await project.up("--debug");
  expect(up.stdout).toContain("RegisterResource RPC finished: resource:checkout");
  await project.refresh("--debug");
  await project.destroy("--debug");
});

/*
 * Debug messages of Pulumi's own SDK are in every event log; after each test the fixture searches them for secrets. The
 * programs create resources with secrets before the first ApiKey, or no ApiKey.
 */
describe("other parts of a program put no secret into event logs:", () => {
  test("an explicit provider and a lookup", async () => {
    const { fixture } = given;
    const project = await fixture.project({
      program: `
const { TEAM_KEY: apiKey, TEAM_URL: apiUrl } = process.env;
const provider = new payengine.Provider("team", { apiKey, apiUrl });
exports.count = payengine.listApiKeysOutput({}, { provider }).apply((keys) => keys.length);`,
      // The engine itself hides config secrets.
      ...{ config: {}, secrets: {}, env: { TEAM_KEY: fixture.credential, TEAM_URL: fixture.sandbox.url } },
    });
    const up = await project.up("--debug");
    expect(up.stdout).toContain("RegisterResource RPC finished: resource:team");
    await project.destroy();
  });

  test("a StackReference to a stack that holds a key", async () => {
    const project = await given.fixture.project({
      program: `exports.key = new payengine.ApiKey("checkout", { type: "private" }).token;`,
    });
    await project.up();
    await project.ok("stack", "init", "reader");
    project.stack = "reader";
    await project.write({
      "index.js": commonJs(`
const keys = new pulumi.StackReference("organization/shop/dev");
exports.length = keys.requireOutput("key").apply((key) => key.length);`),
    });
    const up = await project.up("--debug");
    expect(up.stdout).toContain("RPC finished: resource:organization/shop/dev");
    await project.destroy();
    project.stack = "dev";
    await project.destroy();
  });

  test("another resource with a secret output, and an invoke that gets a token", async () => {
    const { fixture } = given;
    const value = "0123456789abcdef".repeat(4);
    fixture.secrets.add(value);
    const project = await fixture.project({
      program: `
class Other extends pulumi.dynamic.Resource {
  constructor(name, props) {
    super({ create: async (inputs) => ({ id: "other", outs: inputs }) }, name, props);
  }
}
const other = new Other("other", { value: pulumi.secret(process.env.VALUE) });
exports.length = other.urn.apply(() => {
  const { token } = new payengine.ApiKey("checkout", { type: "private" });
  const lookUp = (note) => pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", { name: "organization/shop/dev", note });
  return token.apply((note) => lookUp(note)).apply(() => token.apply((value) => value.length));
});`,
      env: { VALUE: value },
    });
    const up = await project.up("--debug");
    expect(up.stdout).toContain("RegisterResource RPC finished: resource:other");
    expect(up.stdout).toContain("Invoke RPC finished: tok=pulumi:pulumi:readStackOutputs");
    await project.destroy();
  });
});

test("without this package, Pulumi writes secret outputs into event logs, as Limits says", async () => {
  const { fixture } = given;
  const value = "0123456789abcdef".repeat(4);
  fixture.inTheClear.add(value);
  const project = await fixture.project({
    files: {
      "index.js": `
const pulumi = require("@pulumi/pulumi");
class Other extends pulumi.dynamic.Resource {
  constructor(name, props) {
    super({ create: async (inputs) => ({ id: "other", outs: inputs }) }, name, props);
  }
}
new Other("other", { value: pulumi.secret(process.env.VALUE) });`,
    },
    env: { VALUE: value },
  });
  await project.up();
  const logs = placesOf(project).get("event logs") ?? [];
  // Where this fails, Pulumi has corrected it: name the version in Limits, README.md, and in sdk/debug-log.ts.
  expect(findSecrets([value], logs)).not.toEqual([]);
  await project.destroy();
});

test("a private key takes at most 2,200 bytes of state, with older CLIs 3,800", async () => {
  const keys = 20;
  const project = await given.fixture.project({
    program: `
for (let i = 0; i < Number(process.env.KEYS); i++) {
  new payengine.ApiKey("checkout-" + i, { type: "private" });
}`,
    env: { KEYS: "1" },
  });
  await project.up();
  // A user's packages lie in the project, whose stack traces in state are that much shorter.
  const size = async () =>
    (await project.rawState()).replace(/\.\.\/payengine-e2e-installed-\w+\//g, "").length;
  const one = await size();
  project.env.KEYS = String(1 + keys);
  await project.up();
  const each = ((await size()) - one) / keys;
  console.info(`A private key takes ${Math.round(each)} bytes of state, over ${keys} keys`);
  expect(each).toBeGreaterThan(500);
  expect(each).toBeLessThanOrEqual((await isCliFrom(project, "3.276.0")) ? 2_200 : 3_800);
  await project.destroy();
});
