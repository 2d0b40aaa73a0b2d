import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SandboxHarness } from "../sandbox-harness";
import { NativeClient } from "./native-client";
import { partialFailureIn, refusal, type Wire } from "./plugin-client";
import { PluginProcess, ProjectFolder } from "./plugin-process";
import { asStored, wireSecret } from "./registered-inputs";

const REPOSITORY = join(__dirname, "../..");
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const CHANGES = ["createKey", "revokeKey", "revealKey"];

const folder = new ProjectFolder();
const bundle = join(folder.path, "plugin");
let harness: SandboxHarness;
let plugin: PluginProcess;
let rpc: NativeClient;
let environment: NodeJS.ProcessEnv = {};

const start = async () => {
  plugin = await PluginProcess.start(folder, environment, "pipe", [
    join(bundle, "pulumi-resource-payengine"),
  ]);
  rpc = new NativeClient(plugin.address);
};
beforeAll(() => execFileSync(process.execPath, [join(REPOSITORY, "plugin/bundle.mjs"), bundle]));
beforeEach(async () => {
  harness = await SandboxHarness.open();
  await start();
  await rpc.configure(config());
});
afterEach(async () => {
  environment = {};
  rpc.close();
  await plugin.stop();
  expect(plugin.stderr).not.toMatch(/[0-9a-f]{24}/);
  await harness.close();
});
afterAll(() => folder.remove());

const config = () => ({ apiUrl: harness.url, apiKey: harness.credential });

async function checked(news: Wire, olds: Wire = {}): Promise<Wire> {
  const { inputs, failures } = await rpc.check(olds, news);
  expect(failures).toEqual([]);
  return inputs;
}

async function made(news: Wire): Promise<{ inputs: Wire; state: Wire }> {
  const inputs = await checked(news);
  return { inputs, state: asStored((await rpc.create(inputs)).outputs) };
}

/** What a preview asks PayEngine to change. */
async function changesDuring(preview: () => Promise<unknown>): Promise<(string | undefined)[]> {
  const before = (await harness.control.requests()).length;
  await preview();
  const after = await harness.control.requests();
  return after
    .slice(before)
    .flatMap(({ operation }) => (CHANGES.includes(operation ?? "") ? [operation] : []));
}

test("a key goes through its whole life", async () => {
  const inputs = await checked({ type: "private" });
  const { id, outputs } = await rpc.create(inputs);
  const [live] = await harness.liveKeys();
  expect(id).toMatch(/^shop-prod-checkout-[0-9a-f]{10}$/);
  expect(outputs).toMatchObject({ name: id, keyId: live.id, type: "private" });
  const state = asStored(outputs);
  expect(outputs.token).toEqual(wireSecret(state.token));
  expect(await harness.statusFor(String(state.token))).toBe(200);

  expect(await checked({ type: "private" }, inputs)).toEqual(inputs);
  expect(await rpc.diff(state, inputs)).toEqual({ changes: false, replaces: [], details: [] });
  expect(await rpc.read(id, state, inputs)).toEqual({ id, outputs, inputs });
  await rpc.delete(state);
  expect(await harness.liveKeys()).toEqual([]);
  await harness.control.advanceClock(61_000);
  expect((await rpc.read(id, state, inputs)).id).toBe("");
});

test("no preview changes anything at PayEngine, and none shows a value", async () => {
  const rotation = (trigger: number) => ({ overlap: "7d", triggers: { trigger } });
  const { inputs, state } = await made({ type: "private", rotation: rotation(1) });
  const rotated = await checked({ type: "private", rotation: rotation(2) }, inputs);
  const adopted = await checked({
    type: "private",
    adopt: { keyId: String(state.keyId), token: String(state.token) },
  });
  const shown: Wire[] = [];
  const changes = await changesDuring(async () => {
    shown.push((await rpc.create(await checked({ type: "private" }), { preview: true })).outputs);
    shown.push((await rpc.create(adopted, { preview: true })).outputs);
    shown.push(await rpc.update(state, rotated, { preview: true }));
    shown.push(await rpc.update(state, inputs, { preview: true }));
    await rpc.diff(state, await checked({ type: "public" }, inputs));
  });
  expect(changes).toEqual([]);
  expect(shown.map(({ token }) => token)).toEqual([
    wireSecret(UNKNOWN),
    wireSecret(UNKNOWN),
    wireSecret(UNKNOWN),
    wireSecret(state.token as string),
  ]);
});

test("a rotation works in place, and each preview names what changes", async () => {
  const { inputs, state } = await made({ type: "private", rotation: { overlap: "7d", triggers: { n: 1 } } });
  const news = await checked({ type: "private", rotation: { overlap: "7d", triggers: { n: 2 } } }, inputs);
  expect(await rpc.diff(state, news)).toEqual({ changes: true, replaces: [], details: ["rotation"] });
  const outputs = await rpc.update(state, news);
  expect(outputs).toMatchObject({ generation: 2, previousToken: wireSecret(state.token as string) });
  expect((await harness.liveKeys()).length).toBe(2);

  const cut = await checked({ type: "private", rotation: { overlap: "0s", period: "90d" } }, inputs);
  const replaced = await rpc.diff(state, { ...cut, namePrefix: "other" });
  expect(replaced.replaces).toEqual(["namePrefix"]);
});

test("the time of the next rotation is no input, so an update plan holds", async () => {
  const { inputs, state } = await made({ type: "private", rotation: { period: "90d", overlap: "7d" } });
  expect(inputs.rotateAt).toBeUndefined();
  expect(Date.parse(String(state.rotateAt))).toBeGreaterThan(Date.now() + 89 * 86_400_000);
  expect(
    await rpc.diff(state, await checked({ type: "private", rotation: inputs.rotation }, inputs)),
  ).toMatchObject({
    changes: false,
  });
});

test("a lost response that cannot be resolved is a partial failure without a token", async () => {
  // The list is read once in a process before its first key.
  const first = await made({ type: "private", namePrefix: "first" });
  const inputs = await checked({ type: "private" });
  await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  await harness.control.addFault({
    operation: "listKeys",
    kind: "statusBeforeCommit",
    status: 503,
    times: "always",
  });
  const partial = partialFailureIn(await refusal(rpc.create(inputs)));
  expect(partial).toMatchObject({ id: inputs.uniqueName, properties: { pendingAction: "create" } });
  expect(partial?.properties.token).toBeUndefined();
  await harness.control.clearFaults();
  const outputs = await rpc.update(partial?.properties ?? {}, inputs);
  await harness.expectOnlyKeysOf(first.state as never, asStored(outputs) as never);
});

test("the time that a program allows counts", async () => {
  const inputs = await checked({ type: "private" });
  await harness.control.addFault({
    operation: "listKeys",
    kind: "delay",
    beforeCommitMs: 4_000,
    times: "always",
  });
  const error = await refusal(rpc.create(inputs, { timeout: 2 }));
  expect(error.details).toContain(String(inputs.uniqueName));
  expect(await harness.liveKeys()).toEqual([]);
});

test("import takes a key over with its value, and says how without it", async () => {
  const { state } = await made({ type: "private" });
  const keyId = String(state.keyId);
  expect((await refusal(rpc.read(keyId))).details).toBe(
    `The key ${keyId} cannot be imported without its value, which PayEngine shows only when a key is created. If you kept ` +
      "the value, set PAYENGINE_IMPORT_TOKEN to it and import again, or use the argument adopt. Otherwise create a new " +
      "ApiKey. Nothing was changed.",
  );
  rpc.close();
  await plugin.stop();
  environment = { PAYENGINE_IMPORT_TOKEN: String(state.token) };
  await start();
  await rpc.configure(config());
  const changes = await changesDuring(async () => {
    const { id, outputs, inputs } = await rpc.read(keyId);
    expect(id).toMatch(/^shop-prod-checkout-[0-9a-f]{10}$/);
    expect(outputs).toMatchObject({ keyId, adoptedKeyId: keyId, token: wireSecret(state.token as string) });
    expect(inputs).toMatchObject({ type: "private", adoptedKeyId: keyId });
    expect(JSON.stringify(inputs)).not.toContain(String(state.token));
    const news = await checked({ type: "private" }, inputs);
    expect(await rpc.diff(asStored(outputs), news)).toMatchObject({ changes: false });
  });
  expect(changes).toEqual([]);
});

test("import with another key's value is refused", async () => {
  const [one, other] = [
    await made({ type: "private" }),
    await made({ type: "private", namePrefix: "other" }),
  ];
  rpc.close();
  await plugin.stop();
  environment = { PAYENGINE_IMPORT_TOKEN: String(other.state.token) };
  await start();
  await rpc.configure(config());
  expect((await refusal(rpc.read(String(one.state.keyId)))).details).toContain("Could not adopt the key");
});

test("lookups give public values only, and a failing one is an error", async () => {
  const { state } = await made({ type: "private" });
  const found = await rpc.invoke("getApiKey", { name: String(state.name) });
  expect(found).toMatchObject({ keyId: state.keyId, type: "private", status: "active" });
  expect(found.token).toBeUndefined();
  const { keys } = await rpc.invoke("listApiKeys", { namePrefix: "shop-prod-" });
  expect(keys).toHaveLength(1);
  expect((await refusal(rpc.invoke("getApiKey", { name: "none" }))).details).toContain(
    'getApiKey: this account has no active key named "none"',
  );
  expect((await refusal(rpc.invoke("getApiKey", {}))).details).toBe("getApiKey: pass either id or name");
});

test("configuration may hold numbers and objects, its credential is a secret, and a change replaces nothing", async () => {
  const { inputs, failures } = await rpc.configure(
    { ...config(), maxRetries: 2, contract: { works: "GET /merchant" } },
    "second",
  );
  expect(failures).toEqual([]);
  expect(inputs).toEqual({
    apiUrl: harness.url,
    apiKey: wireSecret(harness.credential),
    maxRetries: "2",
    contract: '{"works":"GET /merchant"}',
    provider: "second",
  });
  expect(await rpc.diffConfig({}, inputs)).toEqual([]);
  await made({ type: "private" });
});

test("only an explicit provider may name the variable of its credential", async () => {
  environment = { SECOND_KEY: harness.credential };
  rpc.close();
  await plugin.stop();
  await start();
  const settings = { apiUrl: harness.url, credentialEnv: "SECOND_KEY" };
  expect((await rpc.configure(settings)).failures).toEqual([
    "payengine:credentialEnv belongs to payengine.Provider in the program; remove it",
  ]);
  expect((await rpc.configure(settings, "second")).failures).toEqual([]);
  await made({ type: "private" });
  expect(await harness.liveKeys()).toHaveLength(1);
});

test("a misspelled setting, a foreign argument and a wrong type are each one clear message", async () => {
  expect((await rpc.configure({ ...config(), acountId: "x" })).failures).toEqual([
    "payengine:acountId is not a payengine setting; did you mean payengine:accountId?",
  ]);
  const { failures } = await rpc.check({}, { type: "private", digits: "0123456789", rotaton: {} });
  expect(failures).toEqual([
    "digits is not an argument of ApiKey",
    "rotaton is not an argument of ApiKey; it takes type, namePrefix, verify, rotation and adopt",
  ]);
  expect((await rpc.check({}, { type: 3 })).failures.join()).toMatch(/^type /);
});

test("a plugin ends with its engine, and revokes the key that it was creating", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "delay", afterCommitMs: 1_500 });
  rpc.create(await checked({ type: "private" })).catch(() => {});
  while ((await harness.liveKeys()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  plugin.engine.kill();
  expect(await plugin.ended()).toBe(0);
  expect(await harness.liveKeys()).toEqual([]);
});

test("Ctrl-C lets a running create end, and its key is handed over", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "delay", afterCommitMs: 500 });
  const creating = rpc.create(await checked({ type: "private" }));
  await rpc.cancel();
  await harness.expectOnlyKeysOf(asStored((await creating).outputs) as never);
});

test("the schema is the checked-in file, and the file is what the SDK's doc comments say", async () => {
  const file = readFileSync(join(REPOSITORY, "plugin/schema.json"), "utf8");
  expect(JSON.parse(await rpc.schema())).toEqual(JSON.parse(file));
  const script =
    "import(process.argv[1]).then(({ packageSchema }) => process.stdout.write(JSON.stringify(packageSchema())))";
  const built = execFileSync(process.execPath, ["-e", script, join(REPOSITORY, "plugin/build-schema.mjs")]);
  expect(JSON.parse(file)).toEqual(JSON.parse(built.toString()));
});
