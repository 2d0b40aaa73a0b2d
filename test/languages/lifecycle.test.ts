import { countsOf } from "../e2e/harness/diagnostics";
import { useFixture } from "../e2e/harness/fixture";
import { kill, pluginsIn, until } from "../e2e/harness/processes";

const given = useFixture();

const native = (program: string) => given.fixture.project({ program, face: "native" });
const CHECKOUT = `exports.key = new payengine.ApiKey("checkout", { type: "private" }).token;`;

test("a plan that was saved holds for the update, with a rotation too", async () => {
  const project = await native(
    `new payengine.ApiKey("worker", { type: "private", rotation: { period: "90d", overlap: "7d" } });`,
  );
  await project.ok("preview", "--save-plan", "plan.json");
  await project.up("--plan", "plan.json");
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["2 unchanged"]);
});

test("a key that was revoked in the dashboard comes back with refresh and up", async () => {
  const { fixture } = given;
  const project = await native(CHECKOUT);
  await project.up();
  const before = await project.key("checkout");
  await fixture.control.revokeKey(String(before.keyId));
  await fixture.advanceTo(61_000);
  await project.refresh();
  expect(await project.keys()).toEqual([]);
  await project.up();
  expect((await project.key("checkout")).keyId).not.toBe(before.keyId);
});

test("when the plugin is killed, its watchdog revokes the key that it was creating", async () => {
  const { fixture } = given;
  await fixture.control.addFault({ operation: "createKey", kind: "delay", afterCommitMs: 3_000 });
  const project = await native(CHECKOUT);
  const ended = project.run(["up", "--skip-preview"]);
  await until("the key exists", async () => (await fixture.liveKeys()).length > 0 || undefined);
  for (const pid of await pluginsIn(project.folder)) kill(pid);
  const { exitCode, stdout, stderr } = await ended;
  expect(exitCode).not.toBe(0);
  expect(stdout + stderr).toContain("watchdog");
  expect(await fixture.liveKeys()).toEqual([]);
});

test("a secret trigger that the program no longer passes stays a secret", async () => {
  const project = await native(
    `new payengine.ApiKey("worker", { type: "private", rotation: { overlap: "7d", triggers: { n: pulumi.secret("s3cret-trigger-value") } } });`,
  );
  project.secrets.add("s3cret-trigger-value");
  await project.up();
  await project.write({
    "index.js": `const payengine = require("./payengine.cjs");
new payengine.ApiKey("worker", { type: "private" });`,
  });
  await project.ok("preview", "--diff");
  await project.up("--diff");
  await project.destroy();
});
