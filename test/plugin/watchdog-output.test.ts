import { closeSync, existsSync } from "node:fs";
import { PLUGIN_OUTPUT } from "../../provider/watchdog/plugin-output";
import { until, watchdogsIn } from "../e2e/harness/processes";
import { SandboxHarness } from "../sandbox-harness";
import { PluginProcess, ProjectFolder, pipeToReader } from "./plugin-process";
import { registeredInputs } from "./registered-inputs";

const folder = new ProjectFolder();
let harness: SandboxHarness;
let plugin: PluginProcess;
beforeEach(async () => {
  harness = await SandboxHarness.open();
});
afterEach(async () => {
  await plugin.stop();
  await folder.idle();
  await harness.close();
});
afterAll(() => folder.remove());

const HELD_MS = 600_000;

async function start(stderr?: number): Promise<void> {
  plugin = await PluginProcess.start(folder, {}, stderr);
  await plugin.rpc.configure({ "payengine:apiUrl": harness.url, "payengine:apiKey": harness.credential });
}

/** Starts to create a key, and resolves once PayEngine has received and holds back the request. @returns the key name. */
async function createUnderWay(): Promise<unknown> {
  await harness.control.addFault({ operation: "createKey", kind: "delay", beforeCommitMs: HELD_MS });
  const { inputs } = await plugin.rpc.check({}, await registeredInputs({ type: "private" }));
  plugin.rpc.create(inputs).catch(() => {});
  await until("PayEngine has the request", async () => {
    const requests = await harness.control.requests();
    return requests.some(({ operation }) => operation === "createKey") || undefined;
  });
  return inputs.uniqueName;
}

const areRevoked = () =>
  until("the key is revoked", async () => {
    const made = (await harness.control.keys()).filter(({ credential }) => !credential);
    return (made.length === 1 && made[0].status === "revoked") || undefined;
  });

test("the output of a plugin killed during a request stays open until its key is revoked, and reports that", async () => {
  await start();
  const name = await createUnderWay();
  plugin.signal("SIGKILL");
  await until("the watchdog has looked", async () => {
    const requests = await harness.control.requests();
    return requests.filter(({ operation }) => operation === "listKeys").length > 1 || undefined;
  });
  await harness.control.release();
  await plugin.ended();
  await areRevoked();
  expect(plugin.stderr).toMatch(
    new RegExp(`warning: .* creating "${name}".*\n.*The key "${name}" was found and revoked.*\n$`),
  );
  expect(plugin.stderr).not.toContain(harness.credential);
});

test("a plugin that received a stop signal before it was killed keeps no output open", async () => {
  await start();
  await createUnderWay();
  plugin.signal("SIGINT");
  // The engine gives it five seconds after that.
  const [watchdog] = await watchdogsIn(folder.path);
  const output = `/proc/${watchdog}/fd/${PLUGIN_OUTPUT}`;
  await until("the watchdog has let go", () => !existsSync(output) || undefined);
  plugin.signal("SIGKILL");
  await plugin.ended();
  expect(plugin.stderr).toBe("");
  await harness.control.release();
  await areRevoked();
});

test("a watchdog whose output has no reader still revokes the key", async () => {
  const { reader, end } = pipeToReader(folder);
  await start(end);
  closeSync(end);
  await createUnderWay();
  reader.kill("SIGKILL");
  plugin.signal("SIGKILL");
  await harness.control.release();
  await areRevoked();
});
