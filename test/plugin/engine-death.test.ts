import { closeSync } from "node:fs";
import { until } from "../e2e/harness/processes";
import { SandboxHarness } from "../sandbox-harness";
import { PluginProcess, ProjectFolder, pipeToReader } from "./plugin-process";
import { asStored, registeredInputs } from "./registered-inputs";

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
  await harness.close();
});
afterAll(() => folder.remove());

const checked = async () => (await plugin.rpc.check({}, await registeredInputs({ type: "private" }))).inputs;

/** Starts a create, and resolves once PayEngine has received the request and holds it back. */
async function createUnderWay(): Promise<void> {
  await harness.control.addFault({ operation: "createKey", kind: "delay", afterCommitMs: 2_000 });
  // The engine is gone before the response.
  plugin.rpc.create(await checked()).catch(() => {});
  await until("PayEngine has made the key", async () => (await harness.liveKeys()).length > 0 || undefined);
}

test("an idle plugin ends when the engine's port refuses connections", async () => {
  await checked();
  await plugin.engine.connection();
  plugin.engine.kill();
  expect(await plugin.ended()).toBe(0);
});

test("the plugin finishes a running create, revokes its key and ends", async () => {
  await createUnderWay();
  plugin.engine.kill();
  expect(await plugin.ended()).toBe(0);
  expect(await harness.liveKeys()).toEqual([]);
  const requests = await harness.control.requests();
  expect(requests.map(({ operation, answered }) => [operation, answered])).toEqual([
    ["merchant", 200],
    ["listKeys", 200],
    ["createKey", 200],
    ["merchant", 200],
    ["revokeKey", 200],
  ]);
});

test("reads that fail after the engine's death do not keep the plugin alive", async () => {
  const { reader, end } = pipeToReader(folder);
  await plugin.stop();
  plugin = await PluginProcess.start(folder, {}, end);
  closeSync(end);
  await plugin.rpc.configure({ "payengine:apiUrl": harness.url, "payengine:apiKey": harness.credential });
  const state = asStored((await plugin.rpc.create(await checked())).outputs);
  reader.kill("SIGKILL");
  await harness.control.addFault({
    operation: "getKey",
    kind: "statusBeforeCommit",
    status: 403,
    times: "always",
  });
  for (let read = 0; read < 5; read++) await plugin.rpc.read(state).catch(() => {});
  plugin.engine.kill();
  expect(await plugin.ended()).toBe(0);
});

test.each(["SIGTERM", "SIGINT"] as const)("%s during a create revokes its key", async (signal) => {
  await createUnderWay();
  plugin.signal(signal);
  // After the engine's signal, it ends by that signal.
  expect(await plugin.ended()).toBe(signal === "SIGINT" ? null : 0);
  expect(await harness.liveKeys()).toEqual([]);
});

test("the plugin keeps serving an engine that drops the idle connection", async () => {
  const inputs = await checked();
  await plugin.engine.connection();
  await plugin.engine.dropConnections();
  const { outputs } = await plugin.rpc.create(inputs);
  expect(await harness.statusFor(String(asStored(outputs).token))).toBe(200);
});
