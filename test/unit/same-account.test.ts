import { create } from "../../provider/api-key/create";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { howToPin } from "../../provider/pin-hint";
import { ProcessMemory } from "../../provider/process-memory";
import { abridged } from "../abridged";
import { completed, messageThrownBy, pinHint, SandboxHarness } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
});
afterEach(() => harness.close());

const made = async (type: string) => {
  const inputs = harness.inputs({ type });
  const state = completed(await create(harness.context(), inputs));
  await harness.control.clearRequests();
  return { inputs, state };
};
const foreign = async () => (await harness.control.newCredential("production", "Admin")).key;
const colleague = async () => (await harness.control.newCredential("sandbox", "Developer")).key;
const posts = async () => (await harness.calls()).filter((call) => call.startsWith("POST"));
/** Only the inputs, which is all that a replacement trigger shows. */
const inputsAlone = ({ uniqueName, type, apiUrl, credentialFingerprint }: ApiKeyState): ApiKeyState =>
  ({ uniqueName, name: uniqueName, type, apiUrl, credentialFingerprint }) as ApiKeyState;

describe.each(["private", "public"])("a new key that replaces a %s key", (type) => {
  test("is not created in another account", async () => {
    const { state } = await made(type);
    const inputs = harness.inputs();
    const credential = await foreign();
    const unproven =
      `nothing proves that the credential belongs to the account of the key "${state.name}": state does not record it as the ` +
      "key's creator, and PayEngine does not show it the key; use a credential of the key's account";
    const told =
      type === "public"
        ? `${unproven}${pinHint(state)}. No key was created.`
        : "PayEngine does not show the key to this credential but accepts the key's value, so the credential belongs to another " +
          "account; use a credential of the key's account. No key was created.";
    const begin = `Could not create the key "${inputs.uniqueName}" to replace "${state.name}": `;
    expect(await messageThrownBy(() => create(harness.context({ credential }), inputs, state))).toBe(
      begin + told,
    );
    expect(
      await messageThrownBy(() => create(harness.context({ credential }), inputs, inputsAlone(state))),
    ).toBe(`${begin}${unproven}. No key was created.`);
    expect(await posts()).toEqual([]);
  });

  test("is created by the old key's credential without a further request, and by a colleague's after one", async () => {
    const { state } = await made(type);
    const callsBefore = async (credential: string, replaced?: ApiKeyState) => {
      await harness.control.clearRequests();
      completed(await create(harness.context({ credential }), harness.inputs(), replaced));
      const calls = await harness.calls();
      return calls.slice(0, calls.indexOf("POST /api/api-keys"));
    };
    const asFirst = await callsBefore(harness.credential);
    expect(await callsBefore(harness.credential, state)).toEqual(asFirst);
    const credential = await colleague();
    expect(await callsBefore(credential, state)).toHaveLength(asFirst.length + 1);
    expect(await callsBefore(credential, inputsAlone(state))).toHaveLength(asFirst.length + 1);
  });

  test("is created if the old key was revoked by hand and another witness proves the account", async () => {
    const { state } = await made(type);
    const memory = new ProcessMemory();
    memory.noteRecorded((await made("public")).state);
    await harness.control.revokeKey(state.keyId ?? "");
    const credential = await colleague();
    completed(await create(harness.context({ credential }, memory), harness.inputs(), state));
    const other = await foreign();
    expect(
      await messageThrownBy(() =>
        create(harness.context({ credential: other }, memory), harness.inputs(), state),
      ),
    ).toContain("nothing proves that the credential belongs to the account of the key");
  });
});

test("a new key that would replace one at another address is not created", async () => {
  const { state } = await made("private");
  const elsewhere = { ...state, apiUrl: "https://console.example/api" };
  expect(await messageThrownBy(() => create(harness.context(), harness.inputs(), elsewhere))).toContain(
    `but the key "${state.name}" was created at ${elsewhere.apiUrl}. Nothing was sent.`,
  );
  expect(await harness.calls()).toEqual(["GET /api/merchant"]);
});

describe("if the engine does not show whether a key is replaced,", () => {
  const recorded = (...states: ApiKeyState[]) => {
    const memory = new ProcessMemory();
    for (const state of states) memory.noteRecorded(state);
    return memory;
  };

  test("PayEngine must show the credential one of the keys that the process has seen in state", async () => {
    const { state } = await made("private");
    const inputs = harness.inputs();
    const credential = await foreign();
    const context = harness.context({ credential }, recorded(state));
    expect(await messageThrownBy(() => create(context, inputs))).toBe(
      `Could not create the key "${inputs.uniqueName}": nothing proves that the credential belongs to the account of the other ` +
        "keys in this state: it created none of them, and PayEngine shows it none of them; use a credential of that account, or set " +
        "payengine:accountId to an ID that the right account shows. No key was created.",
    );
    expect(await posts()).toEqual([]);
    completed(await create(harness.context({ credential: await colleague() }, recorded(state)), inputs));
  });

  test("a pin that the account shows is enough", async () => {
    const { state } = await made("private");
    await harness.control.revokeKey(state.keyId ?? "");
    const settings = { credential: await colleague(), accountId: state.merchantId };
    completed(await create(harness.context(settings, recorded(state)), harness.inputs()));
  });

  test("nothing is sent about keys at another address", async () => {
    const { state } = await made("private");
    const elsewhere = { ...state, apiUrl: "https://console.example/api" };
    const context = harness.context({ credential: await colleague() }, recorded(elsewhere));
    expect(await messageThrownBy(() => create(context, harness.inputs()))).toContain("nothing proves");
    expect(await harness.calls()).toEqual(["GET /api/merchant"]);
  });
});

describe("a key that moves to another provider", () => {
  const moving = (inputs: ApiKeyInputs) => ({ ...inputs, providerName: "team" });

  test("is proven to be in the same account, and its state records the provider", async () => {
    const { state, inputs } = await made("private");
    const context = harness.context({ credential: await colleague() });
    const moved = completed(await update(context, state, moving(inputs)));
    expect(moved).toEqual({ ...state, providerName: "team" });
    expect(completed(await update(context, moved, inputs))).toEqual(state);
  });

  test("is not moved if nothing proves that", async () => {
    const { state, inputs } = await made("private");
    const context = harness.context({ credential: await foreign() });
    const other = "the credential belongs to another account; use a credential of the key's account.";
    const stays =
      "State is unchanged. A key stays in its account: for a key in another account, add another ApiKey.";
    const message = await messageThrownBy(() => update(context, state, moving(inputs)));
    expect(message).toEqual(
      abridged(`Could not move the key "${state.name}" to the provider "team": `, `${other} ${stays}`),
    );
    const back = await messageThrownBy(() => update(context, { ...state, providerName: "team" }, inputs));
    expect(back).toContain("to the default provider: ");
  });
});

describe("a process", () => {
  const digits = "0123456789";
  const next = () => harness.inputs({ uniqueName: `web-${digits}` });

  test("finds the key that a new one replaces by its digits: first its inputs, then its state, and none once it is revoked", async () => {
    const { state, inputs } = await made("private");
    const memory = new ProcessMemory();
    memory.noteReplaceable(inputs, digits);
    expect(memory.replacedBy(next())).toEqual({ ...inputs, name: inputs.uniqueName });
    memory.noteCompared(state, inputs);
    expect(memory.replacedBy(next())).toEqual(state);
    expect(memory.replacedBy(harness.inputs())).toBeUndefined();
    expect(memory.recordedKeys()).toHaveLength(1);
    memory.noteRevoked(state);
    expect(memory.replacedBy(next())).toBeUndefined();
    expect(memory.recordedKeys()).toEqual([]);
  });

  test("does not use a key that moves between providers as a witness", async () => {
    const { state, inputs } = await made("private");
    const memory = new ProcessMemory();
    memory.noteCompared(state, { ...inputs, providerName: "team" });
    expect(memory.recordedKeys()).toEqual([]);
  });
});

describe("how to pin the account", () => {
  const config = { provider: undefined, accountId: undefined } as Parameters<typeof howToPin>[0];
  const state = { merchantId: "m_1" } as ApiKeyState;
  const lacking =
    "so a credential of another account may go unnoticed, for example in `pulumi up --replace`. To pin the account,";

  test.each([
    [config, state, ` is not set, ${lacking} run \`pulumi config set payengine:accountId m_1\`.`],
    [
      config,
      { ...state, accountId: "a_1" },
      ` is not set, ${lacking} run \`pulumi config set payengine:accountId a_1\`.`,
    ],
    [
      { ...config, provider: "team" },
      state,
      ` is not set for the provider "team", ${lacking} set accountId: "m_1" on it in the program.`,
    ],
    [
      config,
      {} as ApiKeyState,
      ` is not set, ${lacking} run \`npx pulumi-payengine doctor\`, which prints the command.`,
    ],
  ])("uses the account or merchant id, or doctor if none is known", (values, key, told) => {
    expect(howToPin(values, key)).toBe(`info: payengine:accountId${told}`);
  });

  test("is not shown if it is pinned", () => {
    expect(howToPin({ ...config, accountId: "m_1" }, state)).toBeUndefined();
  });
});
