import { SandboxHarness } from "../sandbox-harness";
import { printedBesidesHint, refusal, SEE_RESOURCE, type Wire } from "./plugin-client";
import { PluginProcess, ProjectFolder } from "./plugin-process";
import { asStored, registeredInputs } from "./registered-inputs";

const folder = new ProjectFolder();
let harness: SandboxHarness;
let plugin: PluginProcess;
let inputs: Wire;
let state: Wire;
const printed: string[] = [];
beforeAll(async () => {
  harness = await SandboxHarness.open();
  plugin = await PluginProcess.start(folder);
  await plugin.rpc.configure({ "payengine:apiUrl": harness.url, "payengine:apiKey": harness.credential });
});
beforeEach(async () => {
  ({ inputs } = await plugin.rpc.check({}, await registeredInputs({ type: "private" })));
  state = asStored((await plugin.rpc.create(inputs)).outputs);
});
afterAll(async () => {
  await plugin.stop();
  await harness.close();
  folder.remove();
  // Only messages: no stack, and no value of a damaged field.
  expect(printedBesidesHint(plugin.stderr)).toBe(printed.join(""));
});

const without = (...fields: string[]): Wire =>
  Object.fromEntries(Object.entries(state).filter(([field]) => !fields.includes(field)));

test("a state without its optional fields has no changes and can be deleted", async () => {
  const old = without("merchantId", "fingerprint", "redactedToken", "createdAt", "credentialFingerprint");
  expect(await plugin.rpc.diff(old, inputs)).toEqual({ changes: false, replaces: [] });
  expect((await plugin.rpc.read(old)).outputs.keyId).toBe(state.keyId);
  expect((await plugin.rpc.update(old, inputs)).keyId).toBe(state.keyId);
  await plugin.rpc.delete(old);
  expect(await harness.statusFor(String(state.token))).toBe(401);
});

test("a state with unknown fields has no changes", async () => {
  const later = { ...state, expiresAt: "2027-01-01T00:00:00Z", scopes: [2] };
  expect(await plugin.rpc.diff(later, inputs)).toEqual({ changes: false, replaces: [] });
  expect((await plugin.rpc.read(later)).outputs.keyId).toBe(state.keyId);
});

test("a state that lost its token gets a new key, and the old one is revoked", async () => {
  const damaged = without("token");
  expect(await plugin.rpc.diff(damaged, inputs)).toEqual({ changes: true, replaces: [] });
  const repaired = await plugin.rpc.update(damaged, inputs);
  expect(repaired.name).toBe(`${inputs.uniqueName}-r2`);
  expect(await harness.statusFor(String(state.token))).toBe(401);
  expect(await harness.statusFor(String(asStored(repaired).token))).toBe(200);
});

type Method = "diff" | "read" | "update" | "delete";

function called(method: Method, recorded: Wire): Promise<unknown> {
  if (method === "diff") return plugin.rpc.diff(recorded, inputs);
  if (method === "update") return plugin.rpc.update(recorded, inputs);
  return method === "read" ? plugin.rpc.read(recorded) : plugin.rpc.delete(recorded);
}

const damage: [string, (whole: Wire) => Wire, string, string][] = [
  ["a missing name", () => without("name"), "without a name", "name: invalid_type"],
  [
    "values of another kind",
    (whole) => ({ ...whole, name: 7, keyId: ["x"], token: { secret: "x" } }),
    "without a name",
    "name: invalid_type; keyId: invalid_type; token: invalid_type",
  ],
  [
    "an unknown action",
    (whole) => ({ ...whole, pendingAction: "rotate" }),
    "NAME",
    "pendingAction: invalid_value",
  ],
];

describe.each(["0.1.1", "0.2.0", "0.10.0", "1.0.0"])(
  "a state in a form that came with version %s",
  (schemaVersion) => {
    test.each(["diff", "read", "update", "delete"] as const)(
      "is refused by %s, which names the version to install",
      async (method) => {
        const newer = { ...state, schemaVersion };
        await harness.control.clearRequests();
        const error = await refusal(called(method, newer));
        expect(error.details).toBe(
          `The state of the key "${state.name}" was written by a newer version of pulumi-payengine. Install pulumi-payengine ` +
            `${schemaVersion} or later, and run this again. Nothing was changed.`,
        );
        if (method !== "update") printed.push(SEE_RESOURCE);
        expect(await harness.calls()).toEqual([]);
      },
    );
  },
);

test.each(["0.1.0", "0.0.9", undefined])(
  "a state in the form of version %s is in good order",
  async (schemaVersion) => {
    const { schemaVersion: _present, ...older } = state;
    const recorded = schemaVersion === undefined ? older : { ...older, schemaVersion };
    expect(await plugin.rpc.diff(recorded, inputs)).toEqual({ changes: false, replaces: [] });
    expect((await plugin.rpc.read(recorded)).outputs.schemaVersion).toBe("0.1.0");
  },
);

describe.each(damage)("a state with %s", (_what, damaged, key, issues) => {
  test.each(["diff", "read", "update", "delete"] as const)(
    "fails %s, which says what is wrong",
    async (method) => {
      await harness.control.clearRequests();
      const error = await refusal(called(method, damaged(state)));
      expect(error.details).toBe(
        `The state of the key ${key.replace("NAME", `"${state.name}"`)} cannot be read (${issues}). Restore it from an ` +
          "earlier `pulumi stack export`; or run `pulumi state delete` with its URN, and revoke the key in PayEngine's " +
          "dashboard.",
      );
      if (method !== "update") printed.push(SEE_RESOURCE);
      expect(await harness.calls()).toEqual([]);
    },
  );
});

test("create makes no key from inputs that cannot be read", async () => {
  const error = await refusal(plugin.rpc.create({ ...inputs, namePrefix: 7 }));
  expect(error.details).toBe(
    `The inputs of the key "${inputs.uniqueName}" cannot be read (namePrefix: invalid_type).`,
  );
});
