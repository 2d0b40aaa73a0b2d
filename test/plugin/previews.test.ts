import { UNKNOWN } from "../../provider/api-key/context";
import { abridged, startingWith } from "../abridged";
import { SandboxHarness } from "../sandbox-harness";
import { refusal } from "./plugin-client";
import { PluginProcess, ProjectFolder } from "./plugin-process";
import { registeredInputs } from "./registered-inputs";

const folder = new ProjectFolder();
let harness: SandboxHarness;
let plugin: PluginProcess;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  plugin = await PluginProcess.start(folder);
});
afterEach(async () => {
  await plugin.stop();
  await harness.close();
});
afterAll(() => folder.remove());

const configured = (more = {}) =>
  plugin.rpc.configure({ "payengine:apiUrl": harness.url, "payengine:apiKey": harness.credential, ...more });

test("check of unknown digits returns an unknown name without a request", async () => {
  await configured();
  const registered = await registeredInputs({ type: "private" });
  const program = { ...registered, digits: UNKNOWN };
  expect(await plugin.rpc.check({}, program)).toEqual({
    failures: [],
    inputs: {
      type: "private",
      namePrefix: "shop-prod-checkout",
      uniqueName: UNKNOWN,
      apiUrl: harness.url,
      credentialFingerprint: UNKNOWN,
      __provider: registered.__provider,
    },
  });
  expect(await harness.calls()).toEqual([]);
});

test("an unknown prefix of an existing key is previewed as a replacement without a request", async () => {
  await configured();
  const program = await registeredInputs({ type: "public" });
  const { inputs } = await plugin.rpc.check({}, program);
  const state = { ...inputs, name: inputs.uniqueName, keyId: "key_1", token: "pk_test_1" };
  const later = await plugin.rpc.check(inputs, { ...program, namePrefix: UNKNOWN, digits: UNKNOWN });
  expect(later).toEqual({ failures: [], inputs: { ...inputs, namePrefix: UNKNOWN } });
  expect(await plugin.rpc.diff(state, later.inputs)).toEqual({ changes: true, replaces: ["namePrefix"] });
  expect(await harness.calls()).toEqual([]);
});

test("an unknown credential passes check and fails every method that sends a request", async () => {
  await configured({ "payengine:apiKey": UNKNOWN });
  const { inputs, failures } = await plugin.rpc.check({}, await registeredInputs({ type: "private" }));
  expect(failures).toEqual([]);
  const error = await refusal(plugin.rpc.create(inputs));
  expect(error.details).toBe(
    `Could not start on the key "${inputs.uniqueName}": The provider's configuration is not known yet.`,
  );
  expect(await harness.calls()).toEqual([]);
});

test("check reports every failure at once and names no property, whose value the engine would print", async () => {
  await plugin.rpc.configure({ "payengine:apiUrl": "http://example.com", "payengine:maxRetries": "99" });
  const program = await registeredInputs({ type: "private" });
  const { failures } = await plugin.rpc.check(
    {},
    { ...program, type: "secret-in-the-wrong-place", tokn: "x" },
  );
  expect(failures).toEqual(
    [
      "payengine:apiUrl must be https, because http would send the credential unencrypted",
      "payengine:maxRetries must be a whole number",
      "payengine:apiKey is not set",
      "type is a string, but neither",
      "tokn is not an argument of ApiKey",
    ].map((start) => ({ property: "", reason: startingWith(start) })),
  );
});

test("an invalid configuration fails every method with all its errors and no request", async () => {
  await plugin.rpc.configure({ "payengine:apiUrl": harness.url, "payengine:requestTimeout": "soon" });
  const program = await registeredInputs({ type: "private" });
  const inputs = {
    type: "private",
    namePrefix: "n",
    uniqueName: "n-0123456789",
    __provider: program.__provider,
  };
  expect((await refusal(plugin.rpc.create(inputs))).details).toEqual(
    abridged(
      'Could not start on the key "n-0123456789": payengine:requestTimeout is not a duration; ',
      "; payengine:apiKey is not set; ",
      "or set PAYENGINE_API_KEY.",
    ),
  );
  expect(await harness.calls()).toEqual([]);
});
