import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isCliFrom } from "../e2e/harness/cli-version";
import { countsOf, diagnosticsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";
import { later } from "../e2e/harness/later";
import type { Project } from "../e2e/harness/project";
import { inline, inlineOk } from "./inline-program";

const given = useFixture();

const EIGHT_DAYS_MS = 8 * 24 * 3_600_000;

/** A hook for each step that records its name and whether the token is a secret. One hook may fail. */
const hooks = (failing: string) => `
const { appendFileSync } = require("node:fs");
const hook = (name) => new pulumi.ResourceHook(name, async ({ newOutputs, oldOutputs }) => {
  const { token } = newOutputs ?? oldOutputs ?? {};
  const isSecret = token !== undefined && pulumi.Output.isInstance(token) && (await token.isSecret);
  appendFileSync("hooks.log", name + (isSecret ? " gets a secret token" : "") + "\\n");
  if (name === "${failing}") throw new Error("the hook of this test fails");
});
const hooks = {};
for (const step of ["Create", "Update", "Delete"])
  for (const name of ["before" + step, "after" + step]) hooks[name] = [hook(name)];`;

/** A program with a key that has these hooks. */
const hooked = (failing: string, args = "") =>
  commonJs(`${hooks(failing)}
exports.token = new payengine.ApiKey("checkout", { type: "private", ${args} }, { hooks }).token;`);

const rotating = (triggers: number, overlap: string) =>
  `rotation: { triggers: { it: ${triggers} }, overlap: "${overlap}" }`;

/** What the hooks have recorded since the last call. */
async function ran({ folder }: Project): Promise<string[]> {
  const log = join(folder, "hooks.log");
  const text = await readFile(log, "utf8").catch(() => "");
  await rm(log, { force: true });
  return text.split("\n").filter((line) => line !== "");
}

/** Up to 3.237 a failed after-hook causes a warning; later versions fail the operation once its result is in state. */
async function upWhereAfterHookFails(project: Project, hook: string): Promise<void> {
  const fails = await isCliFrom(project, "3.238.0");
  const ended = await inline(project, "up");
  expect({ hook, exitCode: ended.exitCode }).toEqual({ hook, exitCode: fails ? 1 : 0 });
  expect(diagnosticsOf(ended).checkout).toEqual([
    `${fails ? "error" : "warning"}: after hook "${hook}" failed: the hook of this test fails`,
  ]);
}

test("each hook runs at its step, and hooks get a private key's token as a secret", async () => {
  const project = await given.fixture.project({ files: { "index.js": hooked("") } });
  await inlineOk(project, "up");
  expect(await ran(project)).toEqual(["beforeCreate", "afterCreate gets a secret token"]);
  await project.write({ "index.js": hooked("", rotating(1, "7d")) });
  await inlineOk(project, "up");
  expect(await ran(project)).toEqual(["beforeUpdate gets a secret token", "afterUpdate gets a secret token"]);
  await inlineOk(project, "destroy", { runProgram: true });
  expect(await ran(project)).toEqual(["beforeDelete gets a secret token", "afterDelete gets a secret token"]);
});

test("if beforeCreate fails, no request is sent", async () => {
  const { fixture } = given;
  const project = await fixture.project({ files: { "index.js": hooked("beforeCreate") } });
  const refused = await inline(project, "up");
  expect(refused.exitCode).toBe(1);
  expect(diagnosticsOf(refused).checkout).toEqual([
    'error: before hook "beforeCreate" failed: the hook of this test fails',
  ]);
  expect(await fixture.control.requests()).toEqual([]);
  expect(await project.keys()).toEqual([]);
});

test("if afterCreate fails, state has the key, and the next up keeps it without running the hook again", async () => {
  const { fixture } = given;
  const project = await fixture.project({ files: { "index.js": hooked("afterCreate") } });
  await upWhereAfterHookFails(project, "afterCreate");
  const made = await project.key("checkout");
  expect(made).toMatchObject({ pendingAction: undefined, awaitsDelete: false });
  expect(await fixture.authenticates(String(made.token))).toBe(true);
  expect((await project.deployment()).pending_operations ?? []).toEqual([]);
  await ran(project);

  expect(countsOf(await inlineOk(project, "up"))).toEqual(["2 unchanged"]);
  expect(await ran(project)).toEqual([]);
  expect(await project.key("checkout")).toEqual(made);
  expect((await project.outputs()).token).toBe(made.token);
});

test("if afterUpdate fails in a rotation, both keys are in state, and the previous one is revoked after its overlap", async () => {
  const { fixture } = given;
  const project = await fixture.project({ files: { "index.js": hooked("", rotating(1, "7d")) } });
  await inlineOk(project, "up");
  const first = await project.key("checkout");
  await project.write({ "index.js": hooked("afterUpdate", rotating(2, "7d")) });
  await upWhereAfterHookFails(project, "afterUpdate");
  const rotated = await project.key("checkout");
  expect(rotated).toMatchObject({ previousKeyId: first.keyId, previousToken: first.token });
  await project.write({ "index.js": hooked("", rotating(2, "7d")) });
  expect(countsOf(await inlineOk(project, "up"))).toEqual(["2 unchanged"]);
  expect(await project.key("checkout")).toEqual(rotated);

  await later(project, () => inlineOk(project, "up"), EIGHT_DAYS_MS);
  expect(await project.key("checkout")).toMatchObject({ keyId: rotated.keyId, previousKeyId: undefined });
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([rotated.keyId]);
});

test.each(["afterCreate", "beforeDelete"])(
  'where %s fails in a rotation with overlap "0s" no key is lost, and the next up goes on with the new one',
  async (hook) => {
    const { fixture } = given;
    const project = await fixture.project({ files: { "index.js": hooked("", rotating(1, "0s")) } });
    await inlineOk(project, "up");
    const first = await project.key("checkout");
    await project.write({ "index.js": hooked(hook, rotating(2, "0s")) });
    if (hook === "afterCreate") await upWhereAfterHookFails(project, hook);
    else expect((await inline(project, "up")).exitCode).toBe(1);
    const second = await project.key("checkout");
    expect(second.keyId).not.toBe(first.keyId);

    await project.write({ "index.js": hooked("", rotating(2, "0s")) });
    await inlineOk(project, "up");
    expect(await project.keys()).toEqual([second]);
    expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([second.keyId]);
  },
);

test("a key with delete hooks is destroyed only with --run-program, and is revoked even if afterDelete fails", async () => {
  const { fixture } = given;
  const project = await fixture.project({ files: { "index.js": hooked("afterDelete") } });
  await inlineOk(project, "up");
  const made = await project.keys();
  const refused = await inline(project, "destroy");
  expect(diagnosticsOf(refused).checkout).toEqual([
    "error: Resource has delete hooks registered, but the program is not running. Hooks: beforeDelete, afterDelete",
  ]);
  expect(await project.keys()).toEqual(made);

  const destroyed = await inline(project, "destroy", { runProgram: true });
  expect(destroyed.exitCode).toBe((await isCliFrom(project, "3.238.0")) ? 1 : 0);
  expect(await project.keys()).toEqual([]);
  expect(await fixture.liveKeys()).toEqual([]);
});

test("a key with delete hooks that is removed from the program is revoked only if the hooks stay in it", async () => {
  const { fixture } = given;
  const project = await fixture.project({ files: { "index.js": hooked("") } });
  await inlineOk(project, "up");
  const made = await project.keys();
  await project.write({ "index.js": commonJs("") });
  const refused = await inline(project, "up");
  expect(diagnosticsOf(refused).checkout).toEqual(['error: hook "beforeDelete" was not registered']);
  expect(await project.keys()).toEqual(made);

  await project.write({ "index.js": commonJs(hooks("")) });
  await inlineOk(project, "up");
  expect(await project.keys()).toEqual([]);
  expect(await fixture.liveKeys()).toEqual([]);
});

test("an onError hook that requests a retry gets one key, and leftover keys of the first attempt are revoked", async () => {
  const { fixture } = given;
  const program = commonJs(`
if (!pulumi.ErrorHook) throw new Error("The Pulumi SDK does not support error hooks");
const again = new pulumi.ErrorHook("again", () => true);
new payengine.ApiKey("checkout", { type: "private" }, { hooks: { onError: [again] } });`);
  const project = await fixture.project({ files: { "index.js": program } });
  await fixture.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  // The first list succeeds; the lists after the lost response fail, and so does the first attempt.
  const unlisted = {
    operation: "listKeys",
    kind: "statusBeforeCommit",
    status: 503,
    skip: 1,
    times: 4,
  } as const;
  await fixture.control.addFault(unlisted);
  const ended = await inline(project, "up");
  // The CLI has them from 3.217 on, the SDK from 3.218 on: there is no key without.
  if (!(await isCliFrom(project, "3.217.0")) || ended.stdout.includes("SDK does not support")) {
    expect(`${ended.stdout}${ended.stderr}`).toMatch(/The Pulumi (CLI|SDK) does not support error hooks/);
    expect(await fixture.control.requests()).toEqual([]);
    return;
  }
  expect(diagnosticsOf(ended).checkout).toEqual([
    "warning: retrying create due to on-error hook request (1/100)",
  ]);
  const calls = (await fixture.control.requests()).map(({ operation }) => operation);
  expect(calls.filter((it) => it === "createKey" || it === "revokeKey")).toEqual([
    "createKey",
    "revokeKey",
    "createKey",
  ]);
  expect((await project.key("checkout")).pendingAction).toBeUndefined();
});
