import { commonJs, useFixture } from "../e2e/harness/fixture";
import { later } from "../e2e/harness/later";
import { CONSUMER, consumerValue, due, runPrinted } from "./due-project";
import { keyNameOf } from "./one-key-project";
import {
  changeState,
  creating,
  longAgo,
  placeOf,
  plantKey,
  type StoredResource,
  storedKey,
} from "./planted-state";

const given = useFixture();
const DAY = 86_400_000;
const HEAD = "ACTION  DUE  STACK  RESOURCE  KEY NAME  NOTE";
const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey";
const IN_SERVICE = "urn:pulumi:dev::shop::shop:Service$pulumi-nodejs:dynamic/payengine:ApiKey";

test("due prints commands that rotate and retire keys and update their consumers, and nothing is due after them", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `${CONSUMER}
const parent = new pulumi.ComponentResource("shop:Service", "service");
const slow = new payengine.ApiKey("slow", { type: "private", rotation: { period: "30d", overlap: "7d" } }, { parent, protect: true });
const cut = new payengine.ApiKey("cut", { type: "private", rotation: { period: "45d", overlap: "0s" } });
new Consumer("of-slow", slow.token);
new Consumer("of-cut", cut.token);`,
  });
  await project.up();
  const on = (day: number, ...args: string[]) => later(project, () => due(project, ...args), day * DAY);
  const run = (day: number, said: { stdout: string }) =>
    later(project, () => runPrinted(project, said), day * DAY);
  const nothing = { exitCode: 0, stderr: "", lines: ["2 keys of dev: nothing is due", expect.anything()] };
  expect(await due(project)).toMatchObject({
    ...nothing,
    lines: ["2 keys of dev: nothing is due", "Next: rotate slow of dev at <time>"],
  });
  expect(await on(29, "--within", "7d")).toMatchObject({
    exitCode: 0,
    lines: [
      HEAD,
      "rotate  <time>  dev  slow  shop-dev-slow-<digits>  -",
      "2 keys of dev: 1 action is due within 7 days, 0 of them now",
      "Next: rotate slow of dev at <time>",
    ],
  });

  const [slow, cut] = [await project.key("slow"), await project.key("cut")];
  const rotation = await on(31);
  expect(rotation).toMatchObject({
    exitCode: 2,
    lines: [
      HEAD,
      "rotate  <time>  dev  slow  shop-dev-slow-<digits>  -",
      "Run:",
      `  pulumi up --stack dev --target '${IN_SERVICE}::slow' --target-dependents`,
      "2 keys of dev: 1 action is due",
      "Next: rotate cut of dev at <time>",
    ],
  });
  await run(31, rotation);
  const next = await project.key("slow");
  expect([next.previousKeyId, await consumerValue(project, "of-slow")]).toEqual([slow.keyId, next.token]);
  expect(await on(31)).toMatchObject({
    ...nothing,
    lines: [expect.anything(), "Next: retire slow of dev at <time>"],
  });

  // One up retires the previous key and rotates again.
  const both = await on(61, "--all-stacks");
  expect(both).toMatchObject({
    exitCode: 2,
    lines: [
      HEAD,
      "retire  <time>  dev  slow  shop-dev-slow-<digits>-g2  -",
      "rotate  <time>  dev  cut  shop-dev-cut-<digits>  -",
      "rotate  <time>  dev  slow  shop-dev-slow-<digits>-g2  -",
      "Run:",
      `  pulumi up --stack dev --target '${IN_SERVICE}::slow' --target-dependents`,
      `  pulumi up --stack dev --target '${URN}::cut' --target-dependents`,
      "2 keys of dev: 3 actions are due",
    ],
  });
  await run(61, both);
  const [third, successor] = [await project.key("slow"), await project.key("cut")];
  expect([third.previousKeyId, successor.keyId === cut.keyId]).toEqual([next.keyId, false]);
  expect([await consumerValue(project, "of-slow"), await consumerValue(project, "of-cut")]).toEqual([
    third.token,
    successor.token,
  ]);
  expect(await on(61)).toMatchObject(nothing);
});

const key = (name: string, rest = "") => `new payengine.ApiKey("${name}", { type: "private"${rest} });\n`;
const CUT = key("cut", `, rotation: { period: "30d", overlap: "0s" }`);

test("due prints commands that finish what failed and interrupted runs left", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: CUT,
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:maxRetries": "0" },
  });
  await project.up();
  const fault = { kind: "statusBeforeCommit", status: 503, times: "always" } as const;
  await fixture.control.addFault({ operation: "revokeKey", ...fault });
  const on = <T>(act: () => Promise<T>) => later(project, act, 31 * DAY);
  await on(() => project.fails("up", "--skip-preview"));
  await fixture.control.clearFaults();
  const replaced = await on(() => due(project));
  expect(replaced).toMatchObject({
    exitCode: 2,
    lines: [
      HEAD,
      "finish  now  dev  cut  shop-dev-cut-<digits>  replaced, but not revoked yet",
      "Run:",
      `  pulumi up --stack dev --target '${URN}::cut' --target-dependents`,
      "1 key of dev: 1 action is due",
      "Next: rotate cut of dev at <time>",
    ],
  });
  await on(() => runPrinted(project, replaced));
  expect(await project.keys()).toHaveLength(1);

  const before = await project.key("cut");
  await project.ok("state", "taint", "--yes", before.urn);
  const tainted = await on(() => due(project));
  expect(tainted).toMatchObject({
    exitCode: 2,
    lines: [
      HEAD,
      "rotate  now  dev  cut  shop-dev-cut-<digits>  tainted: it is replaced, and the old key is revoked",
      "Run:",
      `  pulumi up --stack dev --target '${URN}::cut' --target-dependents`,
      "1 key of dev: 1 action is due",
    ],
  });
  await on(() => runPrinted(project, tainted));
  expect((await project.key("cut")).keyId).not.toBe(before.keyId);

  await project.write({ "index.js": commonJs(CUT + key("lost") + key("half")) });
  // The response with the value is lost, and the list that recovery needs fails.
  await fixture.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  await fixture.control.addFault({ operation: "listKeys", ...fault, keyName: "shop-dev-half-" });
  await on(() => project.fails("up", "--skip-preview", "--target", `${URN}::half`));
  await fixture.control.clearFaults();
  await plantKey(fixture, keyNameOf("lost", 1));
  await changeState(project, (state) => {
    const at = state.resources?.find(
      ({ type }) => type === "pulumi:providers:pulumi-nodejs",
    ) as StoredResource;
    state.manifest.time = longAgo();
    state.pending_operations = [creating(storedKey(at, "lost", keyNameOf("lost", 1)), placeOf(fixture))];
  });
  const left = await on(() => due(project));
  expect(left).toMatchObject({
    exitCode: 2,
    lines: [
      HEAD,
      "finish  now  dev  lost  shop-dev-lost-<digits>  creating it never ended, or is still running",
      "finish  now  dev  half  shop-dev-half-<digits>  it has no value: the next key is created",
      "Run:",
      "  npx pulumi-payengine orphans --revoke --wait --stack dev",
      `  pulumi up --stack dev --target '${URN}::lost' --target-dependents`,
      `  pulumi up --stack dev --target '${URN}::half' --target-dependents`,
      "3 keys of dev: 2 actions are due",
      "Next: rotate cut of dev at <time>",
    ],
  });
  await on(() => runPrinted(project, left));
  expect(await on(() => due(project))).toMatchObject({ exitCode: 0 });
  expect(await project.keys()).toHaveLength(3);
});
