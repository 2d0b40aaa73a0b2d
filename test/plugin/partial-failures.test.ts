import { MERCHANT_IDS } from "payengine-sandbox";
import { abridged } from "../abridged";
import { SandboxHarness } from "../sandbox-harness";
import { partialFailureIn, refusal, type Wire } from "./plugin-client";
import { PluginProcess, ProjectFolder } from "./plugin-process";
import { asStored, registeredInputs, wireSecret } from "./registered-inputs";

const folder = new ProjectFolder();
let harness: SandboxHarness;
let plugin: PluginProcess;
const startPlugin = async () => {
  plugin = await PluginProcess.start(folder);
  await plugin.rpc.configure({
    "payengine:apiUrl": harness.url,
    "payengine:apiKey": harness.credential,
    "payengine:maxRetries": "0",
  });
};
beforeEach(async () => {
  harness = await SandboxHarness.open();
  await startPlugin();
});
afterEach(async () => {
  await plugin.stop();
  expect(plugin.stderr).not.toMatch(/[0-9a-f]{24}/);
  await harness.close();
});
afterAll(() => folder.remove());

const checked = async () => (await plugin.rpc.check({}, await registeredInputs({ type: "private" }))).inputs;

async function unfinishedCreate(inputs: Wire) {
  await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  const keyName = String(inputs.uniqueName);
  await harness.control.addFault({ operation: "listKeys", kind: "statusBeforeCommit", status: 500, keyName });
  const error = await refusal(plugin.rpc.create(inputs));
  const failure = partialFailureIn(error);
  if (!failure) throw new Error(`no partial failure: ${error.details}`);
  return { error, failure };
}

test("an unfinished create returns id, reason and state, without a token", async () => {
  const inputs = await checked();
  const { error, failure } = await unfinishedCreate(inputs);
  expect(failure.id).toBe(inputs.uniqueName);
  expect(failure.reasons).toEqual([error.details]);
  expect(failure.reasons[0]).toEqual(
    abridged(
      `Could not create the key "${inputs.uniqueName}": The connection to PayEngine was lost`,
      "cleanup failed too: PayEngine returned 500 for GET",
      "A key with that name may still be active",
      "State keeps the name: ",
      "",
    ),
  );
  expect(failure.properties).toEqual({
    ...inputs,
    schemaVersion: "0.1.0",
    name: inputs.uniqueName,
    merchantId: MERCHANT_IDS.sandbox[1],
    pendingAction: "create",
    unresolvedNames: [inputs.uniqueName],
    reconcileAfter: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
});

test("diff updates an unfinished state in place, and the next update creates the key", async () => {
  const inputs = await checked();
  const { failure } = await unfinishedCreate(inputs);
  expect(await plugin.rpc.diff(failure.properties, inputs)).toEqual({ changes: true, replaces: [] });
  const outputs = await plugin.rpc.update(failure.properties, inputs);
  const [live, ...others] = await harness.liveKeys();
  expect(others).toEqual([]);
  expect(outputs).toMatchObject({ ...inputs, name: `${inputs.uniqueName}-r2`, keyId: live.id });
  expect(await harness.statusFor(String(asStored(outputs).token))).toBe(200);
});

test("an update that stays unfinished is a partial failure too", async () => {
  const inputs = await checked();
  const { failure } = await unfinishedCreate(inputs);
  await harness.control.addFault({ operation: "createKey", kind: "dropBeforeCommit", times: "always" });
  const again = partialFailureIn(await refusal(plugin.rpc.update(failure.properties, inputs)));
  expect(again?.id).toBe(inputs.uniqueName);
  expect(again?.properties).toMatchObject({
    ...inputs,
    pendingAction: "create",
    unresolvedNames: [2, 3, 4].map((attempt) => `${inputs.uniqueName}-r${attempt}`),
  });
  expect(again?.properties).not.toHaveProperty("token");
});

test("an unfinished rotation keeps the key in use, and the earlier triggers as a secret", async () => {
  const rotating = (triggers: Wire) => ({ triggers, overlap: "7d" });
  const args = await registeredInputs({ type: "private", rotation: rotating({ pepper: "s3cret" }) });
  const { inputs } = await plugin.rpc.check({}, args);
  const { outputs } = await plugin.rpc.create(inputs);
  const state = asStored(outputs);
  const next = { ...inputs, rotation: rotating({ count: 1 }) };
  await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  // Before it creates a key, it reads both pages of the list; the second one shows the end.
  await harness.control.addFault({ operation: "listKeys", kind: "statusBeforeCommit", status: 500, skip: 2 });
  const failure = partialFailureIn(await refusal(plugin.rpc.update(state, next)));
  expect(failure?.properties).toMatchObject({
    token: outputs.token,
    pendingAction: "reconcile",
    rotation: wireSecret(inputs.rotation),
  });

  const kept = { ...asStored(failure?.properties ?? {}), rotation: inputs.rotation };
  expect(await plugin.rpc.diff(kept, next)).toEqual({ changes: true, replaces: [] });
  expect(await plugin.rpc.update(kept, next)).toMatchObject({
    generation: 2,
    rotation: next.rotation,
    previousToken: wireSecret(state.token),
  });
});

test("a refused create is a plain failure that stores no state", async () => {
  await harness.control.setDialect({ keyQuota: 1 });
  const error = await refusal(plugin.rpc.create(await checked()));
  expect(error.details).toContain("is used up. No key was left behind.");
  expect(partialFailureIn(error)).toBeUndefined();
});

describe("a process in which a creation failed", () => {
  const refused = (old: Wire, failed: Wire) =>
    `The key "${old.name}" was not revoked in this run, because creating or updating "${failed.uniqueName}" failed ` +
    "and this key may still be in use. The key stays in state: run `pulumi up` again, without --continue-on-error.";
  const oldKey = async () => asStored((await plugin.rpc.create(await checked())).outputs);

  test("revokes no key, but another process does", async () => {
    const old = await oldKey();
    const inputs = await checked();
    await unfinishedCreate(inputs);
    expect((await refusal(plugin.rpc.delete(old))).details).toBe(refused(old, inputs));
    expect(await harness.statusFor(String(old.token))).toBe(200);
    await plugin.stop();
    await startPlugin();
    await plugin.rpc.delete(old);
    expect(await harness.statusFor(String(old.token))).toBe(401);
  });

  test("revokes no key after an update that failed before it created one", async () => {
    const old = await oldKey();
    const inputs = await checked();
    const { failure } = await unfinishedCreate(inputs);
    await plugin.stop();
    await startPlugin();
    // The first list shows PayEngine's time.
    await harness.control.addFault({
      operation: "listKeys",
      kind: "statusBeforeCommit",
      status: 500,
      skip: 1,
    });
    const error = await refusal(plugin.rpc.update(failure.properties, inputs));
    expect(partialFailureIn(error)).toBeUndefined();
    expect((await refusal(plugin.rpc.delete(old))).details).toBe(refused(old, inputs));
    expect(await harness.statusFor(String(old.token))).toBe(200);
  });

  test("revokes no key after a plain failure of create either", async () => {
    const old = await oldKey();
    const inputs = await checked();
    await harness.control.setDialect({ keyQuota: 2 });
    expect(partialFailureIn(await refusal(plugin.rpc.create(inputs)))).toBeUndefined();
    expect((await refusal(plugin.rpc.delete(old))).details).toBe(refused(old, inputs));
    expect(await harness.statusFor(String(old.token))).toBe(200);
  });
});
