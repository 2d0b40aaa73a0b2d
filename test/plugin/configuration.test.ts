import { ACCOUNT_IDS } from "payengine-sandbox";
import { shortFingerprint } from "../../provider/payengine/key-value";
import { SandboxHarness } from "../sandbox-harness";
import type { Wire } from "./plugin-client";
import { PluginProcess, ProjectFolder } from "./plugin-process";
import { asStored, registeredInputs, wireSecret } from "./registered-inputs";

const folder = new ProjectFolder();
let harness: SandboxHarness;
let plugin: PluginProcess | undefined;
beforeEach(async () => {
  harness = await SandboxHarness.open();
});
afterEach(async () => {
  await plugin?.stop();
  await harness.close();
});
afterAll(() => folder.remove());

const start = async (env: NodeJS.ProcessEnv = {}) => {
  plugin = await PluginProcess.start(folder, env);
  return plugin.rpc;
};

test("concurrent first calls use the configuration before configure has returned", async () => {
  const rpc = await start();
  const program = await registeredInputs({ type: "private" });
  const inputs = (number: number): Wire => ({
    type: "private",
    namePrefix: "race",
    uniqueName: `race-000000000${number}`,
    __provider: program.__provider,
  });
  const configured = rpc.configure({
    "payengine:apiUrl": harness.url,
    "payengine:apiKey": harness.credential,
  });
  const answers = await Promise.all([
    rpc.check({}, program),
    ...[1, 2, 3, 4].map((number) => rpc.create(inputs(number))),
    configured,
  ]);
  expect(answers[0]).toMatchObject({ failures: [] });
  expect((await harness.liveKeys()).map(({ name }) => name).sort()).toEqual(
    [1, 2, 3, 4].map((number) => `race-000000000${number}`),
  );
});

test("the plugin reads a configuration that the engine passes as secrets", async () => {
  const rpc = await start();
  await rpc.configure({
    "payengine:apiUrl": harness.url,
    "payengine:apiKey": wireSecret(harness.credential) as unknown as string,
  });
  const { inputs } = await rpc.check({}, await registeredInputs({ type: "private" }));
  expect((await rpc.create(inputs)).id).toBe(inputs.uniqueName);
});

test("PAYENGINE_API_KEY overrides a stale credential in stack config", async () => {
  const stale = await harness.control.newCredential("sandbox", "Admin");
  await harness.control.revokeKey(stale.keyId);
  const rpc = await start({ PAYENGINE_API_KEY: harness.credential });
  await rpc.configure({ "payengine:apiUrl": harness.url, "payengine:apiKey": stale.key });
  const { inputs } = await rpc.check({}, await registeredInputs({ type: "private" }));
  const { outputs } = await rpc.create(inputs);
  await rpc.delete(asStored(outputs));
  expect(await harness.liveKeys()).toEqual([]);
});

test("an explicit provider's credentialEnv overrides its stale apiKey and PAYENGINE_API_KEY", async () => {
  await harness.control.setDialect({ merchant: "object" });
  const second = await harness.control.newCredential("production", "Developer");
  const rpc = await start({ SECOND_KEY: second.key, PAYENGINE_API_KEY: harness.credential });
  await rpc.configure({
    "payengine:provider": "second",
    "payengine:credentialEnv": "SECOND_KEY",
    "payengine:apiKey": "0".repeat(108),
    "payengine:apiUrl": harness.url,
    "payengine:accountId": ACCOUNT_IDS.production,
  });
  const { inputs } = await rpc.check({}, await registeredInputs({ type: "private" }));
  expect(inputs.pinnedAccountId).toBe(ACCOUNT_IDS.production);
  expect((await rpc.create(inputs)).outputs).toMatchObject({
    accountId: ACCOUNT_IDS.production,
    credentialFingerprint: shortFingerprint(second.key),
  });
});

test("PULUMI_SKIP_CHECKPOINTS refuses new keys", async () => {
  const rpc = await start({ PULUMI_SKIP_CHECKPOINTS: "true" });
  await rpc.configure({ "payengine:apiUrl": harness.url, "payengine:apiKey": harness.credential });
  expect((await rpc.check({}, await registeredInputs({ type: "private" }))).failures).toEqual([
    {
      property: "",
      reason: expect.stringContaining("PULUMI_SKIP_CHECKPOINTS is set"),
    },
  ]);
});
