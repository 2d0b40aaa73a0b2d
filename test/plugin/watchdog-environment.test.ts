import { readFileSync } from "node:fs";
import { until, watchdogsIn } from "../e2e/harness/processes";
import { SandboxHarness } from "../sandbox-harness";
import { PluginProcess, ProjectFolder } from "./plugin-process";
import { registeredInputs } from "./registered-inputs";

test("the watchdog's environment has what it needs to reach PayEngine, and none of the plugin's secrets", async () => {
  const folder = new ProjectFolder();
  const harness = await SandboxHarness.open();
  const secrets = { PAYENGINE_API_KEY: harness.credential, PULUMI_CONFIG_PASSPHRASE: "correct-horse" };
  const plugin = await PluginProcess.start(folder, {
    ...secrets,
    AWS_SECRET_ACCESS_KEY: "of-the-backend",
    NO_PROXY: "127.0.0.1",
  });
  try {
    await plugin.rpc.configure({ "payengine:apiUrl": harness.url });
    const { inputs } = await plugin.rpc.check({}, await registeredInputs({ type: "private" }));
    await plugin.rpc.create(inputs);
    const pid = await until("there is a watchdog", async () => (await watchdogsIn(folder.path)).at(0));
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");

    expect(environment).toContain("NO_PROXY=127.0.0.1");
    for (const name of [...Object.keys(secrets), "AWS_SECRET_ACCESS_KEY"])
      expect(environment.filter((line) => line.startsWith(`${name}=`))).toEqual([]);
  } finally {
    await plugin.stop();
    await folder.idle();
    await harness.close();
    folder.remove();
  }
});
