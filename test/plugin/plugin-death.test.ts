import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../e2e/harness/processes";
import { jumpingClock } from "../e2e/harness/skewed-clock";
import { SandboxHarness } from "../sandbox-harness";
import { PluginProcess, ProjectFolder } from "./plugin-process";
import { asStored, registeredInputs } from "./registered-inputs";

const folder = new ProjectFolder();
let harness: SandboxHarness;
let plugin: PluginProcess;
/** By how many milliseconds the wall clock of the plugin and its watchdog is ahead. */
const ahead = join(folder.path, "ahead");
beforeEach(async () => {
  harness = await SandboxHarness.open();
  writeFileSync(ahead, "0");
  plugin = await PluginProcess.start(folder, jumpingClock(ahead));
  await plugin.rpc.configure({ "payengine:apiUrl": harness.url, "payengine:apiKey": harness.credential });
});
afterEach(async () => {
  await plugin.stop();
  await folder.idle();
  rmSync(ahead);
  await harness.close();
});
afterAll(() => folder.remove());

const checked = async () => (await plugin.rpc.check({}, await registeredInputs({ type: "private" }))).inputs;

const HELD_MS = 600_000;

const seen = async (operation: string) =>
  (await harness.control.requests()).filter((request) => request.operation === operation).length;

/**
 * Starts to create this many keys, kills the plugin once PayEngine has all requests, and then releases them.
 *
 * @param meanwhile what happens before their release.
 */
async function killDuring(
  keys: number,
  delay: { beforeCommitMs?: number; afterCommitMs?: number },
  meanwhile: () => Promise<unknown> = async () => {},
) {
  await harness.control.addFault({ operation: "createKey", kind: "delay", times: keys, ...delay });
  const creations = [];
  for (let key = 0; key < keys; key++) {
    creations.push(plugin.rpc.create(await checked()).catch((error: Error) => error.message));
  }
  await until("PayEngine has the requests", async () => (await seen("createKey")) === keys || undefined);
  plugin.signal("SIGKILL");
  for (const message of await Promise.all(creations)) expect(message).toContain("UNAVAILABLE");
  await meanwhile();
  await harness.control.release();
}

const statuses = async () =>
  (await harness.control.keys()).filter((it) => !it.credential).map((it) => it.status);

test.each([
  ["that takes effect after its death", { beforeCommitMs: HELD_MS }],
  ["that has taken effect", { afterCommitMs: HELD_MS }],
])("the watchdog of a plugin killed during a request %s revokes its key", async (_when, delay) => {
  await killDuring(1, delay);
  await until("the key is revoked", async () => (await statuses()).join() === "revoked" || undefined);
});

test("the watchdog waits for a request even if the machine's clock jumps by a year", async () => {
  await killDuring(1, { beforeCommitMs: HELD_MS }, async () => {
    const before = await seen("listKeys");
    await until("it has looked", async () => (await seen("listKeys")) > before || undefined);
    const looks = await seen("listKeys");
    writeFileSync(ahead, String(365 * 86_400_000));
    // One look may have started before the jump.
    await until("it has looked again, or has ended", async () => {
      return (await seen("listKeys")) >= looks + 3 || (await folder.processes()).length === 0 || undefined;
    });
  });
  await until("the key is revoked", async () => (await statuses()).join() === "revoked" || undefined);
});

test("the watchdog revokes each of several keys that were being created", async () => {
  await killDuring(3, { beforeCommitMs: HELD_MS, afterCommitMs: 500 });
  await until("the keys are revoked", async () => {
    return (await statuses()).join() === "revoked,revoked,revoked" || undefined;
  });
});

test("the watchdog does not revoke a key that its plugin has returned", async () => {
  const { outputs } = await plugin.rpc.create(await checked());
  plugin.signal("SIGKILL");
  await plugin.ended();
  await folder.idle();
  expect(await harness.statusFor(String(asStored(outputs).token))).toBe(200);
});

test("the watchdog ends with its plugin", async () => {
  await plugin.rpc.create(await checked());
  expect(await folder.processes()).toContainEqual(
    expect.stringMatching(/provider\/watchdog\/main\.js$|^pulumi-payengine watchdog/),
  );
  await plugin.stop();
  await folder.idle();
});
