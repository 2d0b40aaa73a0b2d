import { countsOf, diagnosticsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";

const given = useFixture();

const rotatingKeys = (trigger: number) => `
const rotation = { triggers: { it: ${trigger} }, overlap: "7d" };
exports.first = new payengine.ApiKey("first", { type: "private", rotation }).token;
exports.second = new payengine.ApiKey("second", { type: "private", rotation }).token;`;

test("up --exclude neither creates nor rotates the excluded key, and destroy --exclude leaves it active", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: rotatingKeys(1) });
  await project.up("--exclude", "**ApiKey::second");
  const first = await project.key("first");
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([first.keyId]);
  expect(await project.outputs()).toEqual({ first: first.token, second: null });
  await project.up();
  const second = await project.key("second");
  await project.write({ "index.js": commonJs(rotatingKeys(2)) });
  await project.up("--exclude", "**ApiKey::second");
  expect(await project.key("first")).toMatchObject({ previousKeyId: first.keyId });
  expect(await project.key("second")).toEqual(second);
  expect((await project.outputs()).second).toBe(second.token);
  await project.destroy("--exclude", "**ApiKey::second");
  expect(await project.keys()).toEqual([second]);
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([second.keyId]);
});

test("refresh --preview-only shows a revoked key and does not change state", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
  });
  await project.up();
  const made = await project.key("checkout");
  await fixture.control.revokeKey(String(made.keyId));
  await fixture.control.advanceClock(61_000);
  const before = await project.rawState();
  expect(countsOf(await project.ok("refresh", "--preview-only"))).toEqual(["- 1 to delete", "1 unchanged"]);
  expect(await project.rawState()).toBe(before);
  expect(countsOf(await project.up("--refresh"))).toContain("+ 1 created");
  expect((await project.key("checkout")).keyId).not.toBe(made.keyId);
});

test("destroy --exclude-protected revokes only the keys that are not protected", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `
new payengine.ApiKey("kept", { type: "private" }, { protect: true });
new payengine.ApiKey("gone", { type: "private" });`,
  });
  await project.up();
  const kept = await project.key("kept");
  await project.destroy("--exclude-protected");
  expect(await project.keys()).toEqual([kept]);
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([kept.keyId]);
});

test("replaceWith creates a new key when the other resource is replaced, and revokes the old one in the same up", async () => {
  const { fixture } = given;
  const program = (prefix: string) => `
const lead = new payengine.ApiKey("lead", { type: "private", namePrefix: "${prefix}" });
const rotation = { triggers: { it: 1 }, overlap: "7d" };
exports.token = new payengine.ApiKey("follower", { type: "private", rotation }, { replaceWith: [lead] }).token;`;
  const project = await fixture.project({ program: program("a") });
  await project.up();
  const before = await project.key("follower");
  await project.write({ "index.js": commonJs(program("b")) });
  expect(countsOf(await project.up())).toEqual(["+-2 replaced", "1 unchanged"]);
  const after = await project.key("follower");
  expect(after.keyId).not.toBe(before.keyId);
  expect((await project.outputs()).token).toBe(after.token);
  expect(await fixture.authenticates(String(before.token))).toBe(false);
});

test("deletedWith another key leaves the key active when both are destroyed, and causes a warning", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `
const lead = new payengine.ApiKey("lead", { type: "private" });
new payengine.ApiKey("follower", { type: "private" }, { deletedWith: lead });`,
  });
  const up = await project.up();
  expect(diagnosticsOf(up)["shop-dev"].join()).toContain(
    'ApiKey "follower": with the option deletedWith, the key stays active at PayEngine when the other resource is deleted.',
  );
  const follower = await project.key("follower");
  await project.destroy();
  expect(await project.keys()).toEqual([]);
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([follower.keyId]);
  fixture.leftAlive.add(String(follower.keyId));
});
