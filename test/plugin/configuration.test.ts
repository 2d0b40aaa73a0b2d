import { ACCOUNT_IDS } from "payengine-sandbox";
import { placeFingerprint } from "../../provider/api-key/state";
import { SandboxLab } from "../sandbox-lab";
import type { Wire } from "./plugin-client";
import { PluginProcess, ProjectFolder } from "./plugin-process";
import { asStored, registeredInputs, wireSecret } from "./registered-inputs";

const folder = new ProjectFolder();
let lab: SandboxLab;
let plugin: PluginProcess | undefined;
beforeEach(async () => {
  lab = await SandboxLab.open();
});
afterEach(async () => {
  await plugin?.stop();
  await lab.close();
});
afterAll(() => folder.remove());

const start = async (env: NodeJS.ProcessEnv = {}) => {
  plugin = await PluginProcess.start(folder, env);
  return plugin.rpc;
};

test("the first calls, all at once and before configure has ended, see the configuration", async () => {
  const rpc = await start();
  const program = await registeredInputs({ type: "private" });
  const inputs = (number: number): Wire => ({
    type: "private",
    namePrefix: "race",
    uniqueName: `race-000000000${number}`,
    __provider: program.__provider,
  });
  const configured = rpc.configure({ "payengine:apiUrl": lab.url, "payengine:apiKey": lab.credential });
  const answers = await Promise.all([
    rpc.check({}, program),
    ...[1, 2, 3, 4].map((number) => rpc.create(inputs(number))),
    configured,
  ]);
  expect(answers[0]).toMatchObject({ failures: [] });
  expect((await lab.liveKeys()).map(({ name }) => name).sort()).toEqual(
    [1, 2, 3, 4].map((number) => `race-000000000${number}`),
  );
});

test("a configuration that the engine passes as secrets is read", async () => {
  const rpc = await start();
  await rpc.configure({
    "payengine:apiUrl": lab.url,
    "payengine:apiKey": wireSecret(lab.credential) as unknown as string,
  });
  const { inputs } = await rpc.check({}, await registeredInputs({ type: "private" }));
  expect((await rpc.create(inputs)).id).toBe(inputs.uniqueName);
});

test("PAYENGINE_API_KEY comes before a stale credential of stack config", async () => {
  const stale = await lab.control.newCredential("sandbox", "Admin");
  await lab.control.revokeKey(stale.keyId);
  const rpc = await start({ PAYENGINE_API_KEY: lab.credential });
  await rpc.configure({ "payengine:apiUrl": lab.url, "payengine:apiKey": stale.key });
  const { inputs } = await rpc.check({}, await registeredInputs({ type: "private" }));
  const { outputs } = await rpc.create(inputs);
  await rpc.delete(asStored(outputs));
  expect(await lab.liveKeys()).toEqual([]);
});

test("an explicit provider's credentialEnv comes before its stale apiKey and PAYENGINE_API_KEY", async () => {
  await lab.control.setDialect({ merchant: "object" });
  const second = await lab.control.newCredential("production", "Developer");
  const rpc = await start({ SECOND_KEY: second.key, PAYENGINE_API_KEY: lab.credential });
  await rpc.configure({
    "payengine:provider": "second",
    "payengine:credentialEnv": "SECOND_KEY",
    "payengine:apiKey": "0".repeat(108),
    "payengine:apiUrl": lab.url,
    "payengine:accountId": ACCOUNT_IDS.production,
  });
  const { inputs } = await rpc.check({}, await registeredInputs({ type: "private" }));
  expect(inputs.pinnedAccountId).toBe(ACCOUNT_IDS.production);
  expect((await rpc.create(inputs)).outputs).toMatchObject({
    accountId: ACCOUNT_IDS.production,
    credentialFingerprint: placeFingerprint(second.key),
  });
});

test("PULUMI_SKIP_CHECKPOINTS refuses new keys", async () => {
  const rpc = await start({ PULUMI_SKIP_CHECKPOINTS: "true" });
  await rpc.configure({ "payengine:apiUrl": lab.url, "payengine:apiKey": lab.credential });
  expect((await rpc.check({}, await registeredInputs({ type: "private" }))).failures).toEqual([
    {
      property: "",
      reason:
        "PULUMI_SKIP_CHECKPOINTS is set, so a crash would leave a key that no state names; unset it to create keys",
    },
  ]);
});
