import { MERCHANT_IDS } from "payengine-sandbox";
import { fingerprint, shortFingerprint } from "../../provider/payengine/key-value";
import { abridged, startingWith } from "../abridged";
import { SandboxHarness } from "../sandbox-harness";
import { printedBesidesHint, refusal, SEE_RESOURCE, type Wire } from "./plugin-client";
import { PluginProcess, ProjectFolder } from "./plugin-process";
import { asStored, registeredInputs, wireSecret } from "./registered-inputs";

const folder = new ProjectFolder();
let harness: SandboxHarness;
let plugin: PluginProcess;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  plugin = await PluginProcess.start(folder);
  await plugin.rpc.configure({ "payengine:apiUrl": harness.url, "payengine:apiKey": harness.credential });
});
afterEach(async () => {
  await plugin.stop();
  expect(plugin.stderr).not.toMatch(/[0-9a-f]{24}/);
  await harness.close();
});
afterAll(() => folder.remove());

const created = async (type: "private" | "public") => createdFrom(await registeredInputs({ type }));

async function createdFrom(program: Wire): Promise<{ inputs: Wire; outputs: Wire }> {
  const { inputs, failures } = await plugin.rpc.check({}, program);
  expect(failures).toEqual([]);
  const { outputs } = await plugin.rpc.create(inputs);
  return { inputs, outputs };
}

test("a private key goes through its whole lifecycle with a secret token on the wire at each step", async () => {
  const program = await registeredInputs({ type: "private" });
  const { inputs } = await plugin.rpc.check({}, program);
  const uniqueName = `shop-prod-checkout-${program.digits}`;
  expect(inputs).toEqual({
    type: "private",
    namePrefix: "shop-prod-checkout",
    uniqueName,
    apiUrl: harness.url,
    credentialFingerprint: shortFingerprint(harness.credential),
    __provider: program.__provider,
  });

  const made = await plugin.rpc.create(inputs);
  const [live] = await harness.liveKeys();
  const { token } = asStored(made.outputs);
  expect(made.id).toBe(uniqueName);
  expect(made.outputs).toEqual({
    ...inputs,
    schemaVersion: "0.1.0",
    name: uniqueName,
    keyId: live.id,
    token: wireSecret(token),
    redactedToken: live.redacted,
    fingerprint: live.fingerprint,
    createdAt: new Date(live.createdAt).toISOString(),
    // The list begins with the newest.
    merchantId: MERCHANT_IDS.sandbox[1],
  });
  expect(fingerprint(String(token))).toBe(live.fingerprint);
  expect(await harness.statusFor(String(token))).toBe(200);

  const stored = asStored(made.outputs);
  expect(await plugin.rpc.check(inputs, await registeredInputs({ type: "private" }))).toEqual({
    inputs,
    failures: [],
  });
  expect(await plugin.rpc.diff(stored, inputs)).toEqual({ changes: false, replaces: [] });
  expect(await plugin.rpc.read(stored)).toEqual({ id: uniqueName, outputs: made.outputs });
  expect(await plugin.rpc.update(stored, inputs)).toEqual(made.outputs);
  await plugin.rpc.delete(stored);
  expect(await harness.liveKeys()).toEqual([]);
  await harness.control.advanceClock(61_000);
  expect(await plugin.rpc.read(stored)).toEqual({ id: "", outputs: { __provider: inputs.__provider } });
});

test("a public key's token is not secret, and read returns a changed one", async () => {
  const { inputs, outputs } = await created("public");
  expect(outputs.token).toMatch(/^pk_test_/);
  expect((await plugin.rpc.update(outputs, inputs)).token).toBe(outputs.token);
  await harness.control.setPublicValue(String(outputs.keyId), "pk_test_changed");
  expect((await plugin.rpc.read(outputs)).outputs).toMatchObject({
    token: "pk_test_changed",
    fingerprint: fingerprint("pk_test_changed"),
  });
});

test("a key that is private in state stays secret on the wire even if the program's type changes", async () => {
  const { inputs, outputs } = await created("private");
  const stored = asStored(outputs);
  // With ignoreChanges, the engine calls update with arguments that the program no longer has.
  expect((await plugin.rpc.update(stored, { ...inputs, verify: false })).token).toEqual(outputs.token);
  expect(await plugin.rpc.diff(stored, { ...inputs, type: "public" })).toEqual({
    changes: true,
    replaces: ["type"],
  });
});

test("a new __provider text is a change, not a replacement", async () => {
  const { inputs, outputs } = await created("private");
  const today = { ...inputs, __provider: `${inputs.__provider} ` };
  expect(await plugin.rpc.diff(asStored(outputs), today)).toEqual({ changes: true, replaces: [] });
  expect(await plugin.rpc.update(asStored(outputs), today)).toEqual({
    ...outputs,
    __provider: today.__provider,
  });
});

test("diff refuses a new pin together with a replacement, and stderr only refers to the error", async () => {
  const { inputs, outputs } = await created("private");
  const pinned = { ...inputs, pinnedAccountId: MERCHANT_IDS.production[0] };
  expect(await plugin.rpc.diff(asStored(outputs), pinned)).toEqual({ changes: true, replaces: [] });
  const error = await refusal(plugin.rpc.diff(asStored(outputs), { ...pinned, type: "public" }));
  expect(error.details).toEqual(
    startingWith(
      `The key "${outputs.name}" cannot be replaced (type) while payengine:accountId changes from nothing to `,
    ),
  );
  await plugin.stop();
  expect(printedBesidesHint(plugin.stderr)).toBe(SEE_RESOURCE);
});

test("a failed read says why, and stderr only refers to the error", async () => {
  const { outputs } = await created("private");
  await harness.control.addFault({ operation: "getKey", kind: "statusBeforeCommit", status: 403 });
  const error = await refusal(plugin.rpc.read(asStored(outputs)));
  expect(error.details).toEqual(
    abridged(
      `Could not read the key "${outputs.name}" (${outputs.keyId}): PayEngine returned 403 for GET`,
      "State is unchanged.",
    ),
  );
  await plugin.stop();
  expect(printedBesidesHint(plugin.stderr)).toBe(SEE_RESOURCE);
});

test("forty concurrent creates make forty keys", async () => {
  const program = await registeredInputs({ type: "private" });
  const programs = Array.from({ length: 40 }, (_, number) => ({ ...program, digits: String(1e9 + number) }));
  const all = await Promise.all(programs.map(createdFrom));
  const live = await harness.liveKeys();
  expect(live.map(({ id }) => id).sort()).toEqual(all.map(({ outputs }) => outputs.keyId).sort());
  await Promise.all(all.map(({ outputs }) => plugin.rpc.delete(asStored(outputs))));
  expect(await harness.liveKeys()).toEqual([]);
});
