import { payengine } from "../cli/command";
import { crashWhileCreating } from "../cli/crash";
import { changeState, longAgo } from "../cli/planted-state";
import { commonJs, nativeFiles, useFixture } from "../e2e/harness/fixture";
import { pluginSettings } from "../e2e/harness/native-face";

const given = useFixture();

/** The same program uses both: what a stack looks like while it moves over. */
const MIXED = {
  ...nativeFiles(""),
  "index.js": commonJs(`
const native = require("./payengine.cjs");
new payengine.ApiKey("old", { type: "private" });
new native.ApiKey("new", { type: "private" });`),
};

test("after a crash, orphans finds and revokes the key of a native resource", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
    face: "native",
  });
  await crashWhileCreating(fixture, project);
  await changeState(project, ({ manifest }) => {
    manifest.time = longAgo();
  });
  await project.ok("cancel", "--yes");
  const { exitCode, stdout } = await payengine(project, ["orphans", "--revoke", "--yes"]);
  expect(stdout).toContain("Revoked 1 of 1 key.");
  expect(exitCode).toBe(0);
  await project.up();
});

test("a plan repeats the name of an interrupted creation; orphans then revokes the leftover only", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
    face: "native",
  });
  await project.ok("preview", "--save-plan", "plan.json");
  await crashWhileCreating(fixture, project, ["--plan", "plan.json"]);
  const [leftover] = await fixture.liveKeys();
  await project.ok("cancel", "--yes");
  await project.up("--plan", "plan.json");
  const key = await project.key("checkout");
  expect(key.name).toBe(leftover?.name);
  expect(key.keyId).not.toBe(leftover?.id);
  await changeState(project, ({ manifest }) => {
    manifest.time = longAgo();
  });
  const { stdout } = await payengine(project, ["orphans", "--revoke", "--yes"]);
  expect(stdout).toContain("Revoked 1 of 1 key.");
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([key.keyId]);
});

test("a stack may hold keys of both types; audit and doctor know them all", async () => {
  const { fixture } = given;
  const project = await fixture.project({ files: MIXED, settings: pluginSettings() });
  await project.up();
  expect((await project.keys()).map(({ resource }) => resource)).toEqual(["new", "old"]);
  const audit = await payengine(project, ["audit", "--name-prefix", "shop-", "--json"]);
  expect(audit.exitCode).toBe(0);
  expect(audit.stdout).toContain("shop-dev-new-");
  expect(audit.stdout).toContain("shop-dev-old-");
  const doctor = await payengine(project, ["doctor"]);
  expect(doctor.exitCode).toBe(0);
  await project.up("--expect-no-changes");
  await project.destroy();
});
