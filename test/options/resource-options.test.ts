import { countsOf, diagnosticsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";

const given = useFixture();

test("renaming with an alias, re-parenting under a component and renaming the stack do not change the key", async () => {
  const project = await given.fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
  });
  await project.up();
  const made = await project.key("checkout");
  await given.fixture.control.clearRequests();

  await project.write({
    "index.js": commonJs(
      `new payengine.ApiKey("payments", { type: "private" }, { aliases: [{ name: "checkout" }] });`,
    ),
  });
  expect(countsOf(await project.up())).toEqual(["2 unchanged"]);
  expect(await project.key("payments")).toMatchObject({ name: made.name, token: made.token });

  await project.write({
    "index.js": commonJs(`
const team = new pulumi.ComponentResource("shop:Team", "team");
new payengine.ApiKey("payments", { type: "private" }, {
  parent: team,
  aliases: [{ parent: pulumi.rootStackResource }],
});`),
  });
  expect(countsOf(await project.up())).toEqual(["+ 1 created", "2 unchanged"]);
  const moved = await project.key("payments");
  expect(moved).toMatchObject({ name: made.name, token: made.token });
  expect(moved.urn).toBe("urn:pulumi:dev::shop::shop:Team$pulumi-nodejs:dynamic/payengine:ApiKey::payments");

  await project.ok("stack", "rename", "production");
  project.stack = "production";
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["3 unchanged"]);
  expect(await project.key("payments")).toMatchObject({ name: made.name, token: made.token });
  expect(await given.fixture.control.requests()).toEqual([]);
  await project.destroy();
});

test("a protected key is neither destroyed nor replaced until it is unprotected", async () => {
  const project = await given.fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" }, { protect: true });`,
  });
  await project.up();
  const { name, urn } = await project.key("checkout");
  const refused = await project.fails("destroy", "--skip-preview");
  expect(diagnosticsOf(refused).checkout.join(" ")).toContain(`cannot be deleted`);
  await project.write({
    "index.js": commonJs(`new payengine.ApiKey("checkout", { type: "public" }, { protect: true });`),
  });
  const kept = await project.fails("up", "--skip-preview");
  expect(diagnosticsOf(kept).checkout.join(" ")).toContain("unable to replace resource");
  expect((await project.key("checkout")).name).toBe(name);
  await project.ok("state", "unprotect", urn, "--yes");
  expect(countsOf(await project.destroy())).toEqual(["- 2 deleted"]);
});

test("a key with retainOnDelete stays active after destroy", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" }, { retainOnDelete: true });`,
  });
  await project.up();
  const { keyId, token = "" } = await project.key("checkout");
  expect(diagnosticsOf(await project.ok("preview"))["shop-dev"]).toEqual([
    'warning: ApiKey "checkout": with the option retainOnDelete, the key stays active at PayEngine when this resource is ' +
      "destroyed or replaced. Revoke it in PayEngine's dashboard when nothing uses it.",
  ]);
  await project.destroy();
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([keyId]);
  expect(await fixture.authenticates(token)).toBe(true);
  fixture.leftAlive.add(String(keyId));
});

test("ignoreChanges keeps a key unchanged, with a secret token even if the program's type changes", async () => {
  await given.fixture.control.addFault({ operation: "createKey", kind: "dropBeforeCommit" });
  const project = await given.fixture.project({
    program: `exports.key = new payengine.ApiKey("checkout", { type: "private", namePrefix: "web" }).token;`,
  });
  await project.up();
  const made = await project.key("checkout");
  await project.write({
    "index.js": commonJs(`
const args = { type: "public", namePrefix: "shop" };
new payengine.ApiKey("checkout", args, { ignoreChanges: ["type", "namePrefix"] });`),
  });
  // An update looks for a lost request and writes all outputs again.
  expect(countsOf(await project.up())).toContain("~ 1 updated");
  await project.refresh();
  await project.up();
  expect(await project.key("checkout")).toEqual(made);
});

test('ignoreChanges: ["*"] keeps a plain, a rotating and an adopted key unchanged, and destroy revokes them', async () => {
  const { fixture } = given;
  const given108 = await fixture.newCredential("sandbox", "Developer");
  const program = (more: string, period: string) => `
const opts = { ignoreChanges: ["*"] };
const { KEY: token, KEY_ID: keyId } = process.env;
new payengine.ApiKey("plain", { type: "private", ${more} }, opts);
new payengine.ApiKey("rotating", { type: "private", rotation: { period: "${period}", overlap: "7d" } }, opts);
new payengine.ApiKey("adopted", { type: "private", adopt: { keyId, token: pulumi.secret(token) } }, opts);`;
  const project = await fixture.project({
    program: program("", "90d"),
    env: { KEY: given108.key, KEY_ID: given108.keyId },
  });
  await project.up();
  const made = await project.keys();
  await project.write({ "index.js": commonJs(program('namePrefix: "other"', "30d")) });
  expect(countsOf(await project.ok("up"))).toEqual(["4 unchanged"]);
  await project.up("--refresh");
  expect(await project.keys()).toEqual(made);
  await project.destroy();
  expect(await fixture.liveKeys()).toEqual([]);
});

test("deletedWith and replaceOnChanges cause a warning if they leave a key active or have no effect", async () => {
  const { fixture } = given;
  const program = (overlap: string) => `
const group = new pulumi.ComponentResource("shop:Group", "group");
const rotation = { triggers: { it: 1 }, overlap: "${overlap}" };
new payengine.ApiKey("checkout", { type: "private", rotation }, { replaceOnChanges: ["type", "rotation"] });
new payengine.ApiKey("billing", { type: "private" }, { deletedWith: group, replaceOnChanges: ["namePrefix"] });`;
  const project = await fixture.project({ program: program("7d") });
  await project.up();
  const { name } = await project.key("checkout");
  fixture.leftAlive.add(String((await project.key("billing")).keyId));
  await project.write({ "index.js": commonJs(program("1h")) });
  const up = await project.up();
  expect(diagnosticsOf(up)["shop-dev"]).toEqual([
    'warning: ApiKey "checkout": the option replaceOnChanges has no effect for rotation. To replace the key when a value ' +
      'changes, add the value to rotation.triggers and set rotation.overlap to "0s".',
    'warning: ApiKey "billing": with the option deletedWith, the key stays active at PayEngine when the other resource is ' +
      "deleted. Revoke it in PayEngine's dashboard when nothing uses it.",
  ]);
  expect((await project.key("checkout")).name).toBe(name);
  await project.destroy();
});

test("deleteBeforeReplace revokes the old key first", async () => {
  const { fixture } = given;
  const program = (prefix: string) =>
    `new payengine.ApiKey("checkout", { type: "private", namePrefix: "${prefix}" }, { deleteBeforeReplace: true });`;
  const project = await fixture.project({ program: program("a") });
  await project.up();
  await fixture.control.clearRequests();
  await project.write({ "index.js": commonJs(program("b")) });
  await project.up();
  const methods = (await fixture.control.requests())
    .map(({ method }) => method)
    .filter((method) => method !== "GET");
  expect(methods).toEqual(["DELETE", "POST"]);
});
