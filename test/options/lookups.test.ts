import { useFixture } from "../e2e/harness/fixture";

const given = useFixture();

test("a program looks up keys that it does not manage, and no private value is shown", async () => {
  const { fixture } = given;
  const owner = await fixture.project({
    program: `
new payengine.ApiKey("checkout", { type: "private", namePrefix: "by-hand" });
exports.site = new payengine.ApiKey("site", { type: "public", namePrefix: "by-hand" }).token;`,
  });
  const { site } = await owner.up().then(() => owner.outputs());
  const keys = await fixture.liveKeys();
  const privateKey = keys.find(({ type }) => type === "private") ?? keys[0];

  const reader = await fixture.project({
    program: `
exports.one = payengine.getApiKey({ id: "${privateKey.id}" });
exports.same = payengine.getApiKeyOutput({ name: pulumi.output("${privateKey.name}") }).keyId;
exports.tokens = payengine.listApiKeys({ namePrefix: "by-hand" })
  .then((keys) => keys.map(({ token }) => token ?? "none").sort());`,
  });
  await reader.ok("preview");
  await reader.up();
  expect(await reader.outputs()).toMatchObject({
    one: { keyId: privateKey.id, name: privateKey.name, type: "private", status: "active" },
    same: privateKey.id,
    tokens: ["none", site],
  });

  await reader.write({
    "index.js": `require("pulumi-payengine").getApiKey({ name: "none" }).then(() => {});`,
  });
  const failed = await reader.fails("preview");
  expect(failed.stdout).toContain('getApiKey: this account has no active key named "none"');
});
