import { countsOf, diagnosticsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";

const given = useFixture();

const KEY = `exports.token = new payengine.ApiKey("checkout", { type: "private" }).token;`;

const pulumiYaml = (more: string) => `name: shop\nruntime: nodejs\n${more}`;

const autonaming = (settings: string) =>
  pulumiYaml(`config:\n  pulumi:autonaming:\n    value: ${settings}\n`);

test.each([
  ["an enforced pattern", '{ pattern: "acme-$' + "{name}-$" + '{hex(4)}", enforce: true }'],
  ["mode disabled", "{ mode: disabled }"],
])("pulumi:autonaming with %s has no effect on a key's name", async (_, settings) => {
  const { fixture } = given;
  const project = await fixture.project({
    files: { "index.js": commonJs(KEY), "Pulumi.yaml": autonaming(settings) },
  });
  await project.up();
  const made = await project.key("checkout");
  expect(made.name).toMatch(/^shop-dev-checkout-[0-9a-f]{10}$/);
  await project.write({ "Pulumi.yaml": pulumiYaml("") });
  expect(countsOf(await project.up())).toEqual(["2 unchanged"]);
  expect(await project.key("checkout")).toEqual(made);
});

test("with refresh: always in Pulumi.yaml, up replaces a revoked key, and destroy still revokes", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    files: { "index.js": commonJs(KEY), "Pulumi.yaml": pulumiYaml("options:\n  refresh: always\n") },
  });
  await project.up();
  const made = await project.key("checkout");
  expect(countsOf(await project.up())).toEqual(["2 unchanged"]);
  expect(await project.key("checkout")).toEqual(made);
  await fixture.control.revokeKey(String(made.keyId));
  await fixture.control.advanceClock(61_000);
  expect(countsOf(await project.up())).toContain("+ 1 created");
  const after = await project.key("checkout");
  expect((await project.outputs()).token).toBe(after.token);
  await project.destroy();
  expect(await fixture.liveKeys()).toEqual([]);
});

test("PULUMI_RUN_PROGRAM makes refresh and destroy use the current credential, like --run-program", async () => {
  const { fixture } = given;
  const [old, fresh] = [
    await fixture.newCredential("sandbox", "Admin"),
    await fixture.newCredential("sandbox", "Admin"),
  ];
  const project = await fixture.project({ program: KEY, secrets: { "payengine:apiKey": old.key } });
  await project.up();
  const made = await project.key("checkout");
  await fixture.control.revokeKey(old.keyId);
  await project.setSecret("payengine:apiKey", fresh.key);
  const stale = await project.fails("refresh", "--skip-preview");
  expect(diagnosticsOf(stale).checkout.join()).toContain("--run-program");
  project.env.PULUMI_RUN_PROGRAM = "true";
  await project.refresh();
  expect(await project.key("checkout")).toEqual(made);
  await project.destroy();
  expect(await fixture.liveKeys()).toEqual([]);
});
