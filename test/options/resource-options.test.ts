import { countsOf, diagnosticsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";

const given = useFixture();

test("renaming with an alias, re-parenting under a component and renaming the stack leave the key alone", async () => {
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

test("a key with retainOnDelete stays live after destroy", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" }, { retainOnDelete: true });`,
  });
  await project.up();
  const { keyId, token = "" } = await project.key("checkout");
  await project.destroy();
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([keyId]);
  expect(await fixture.authenticates(token)).toBe(true);
  fixture.leftAlive.add(String(keyId));
});

test("ignoreChanges keeps a key as it was made, with a secret token whatever the program says now", async () => {
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
  // A lost request is looked for by an update, which writes all outputs again.
  expect(countsOf(await project.up())).toContain("~ 1 updated");
  await project.refresh();
  await project.up();
  expect(await project.key("checkout")).toEqual(made);
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
