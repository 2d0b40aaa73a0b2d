import { MERCHANT_IDS } from "payengine-sandbox";
import { adopt } from "../../provider/api-key/adoption";
import { revokeAll } from "../../provider/api-key/delete";
import { read } from "../../provider/api-key/read";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { fingerprint } from "../../provider/payengine/key-value";
import { completed, messageThrownBy, SandboxHarness } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
});
afterEach(() => harness.close());

/** A key that was created by hand, with its value. */
async function byHand(type: "public" | "private" = "private", name = "Checkout (made by Ann)") {
  const { id: keyId = "", value: token = "" } = await harness.context().client.createKey({ name, type });
  return { keyId, token, name };
}

function adopting({ keyId, token }: { keyId: string; token: string }, more: Partial<ApiKeyInputs> = {}) {
  return harness.inputs({ adoptedKeyId: keyId, adoptedFingerprint: fingerprint(token), ...more });
}

const adopted = async (given: { keyId: string; token: string }, inputs = adopting(given)) =>
  completed(await adopt(harness.context(), inputs, given));

const refusal = (
  given: { keyId: string; token: string; allowUnproven?: boolean },
  inputs = adopting(given),
) => messageThrownBy(() => adopt(harness.context(), inputs, given));

test.each(["private", "public"] as const)("create adopts a %s key unchanged", async (type) => {
  const given = await byHand(type);
  await harness.control.clearRequests();
  const inputs = adopting(given, { type });
  const state = await adopted(given, inputs);
  expect(state).toMatchObject({
    ...inputs,
    name: given.name,
    keyId: given.keyId,
    token: given.token,
    fingerprint: fingerprint(given.token),
  });
  expect(state).not.toHaveProperty("adopt");
  const calls = ["GET /api/merchant", `GET /api/api-keys/${given.keyId}`];
  expect(await harness.calls()).toEqual(type === "private" ? [...calls, "GET /api/merchant"] : calls);
  await harness.expectOnlyKeysOf(state);
});

test("create refuses a value or type that does not match the key, and changes nothing", async () => {
  const [given, other] = [await byHand(), await byHand()];
  const shared = await byHand("public");
  const end = "Nothing was changed.";
  const inputs = adopting(given);
  const start = (keyId: string) => `Could not adopt the key ${keyId} as "${inputs.uniqueName}":`;
  const mixed = { keyId: given.keyId, token: other.token };
  expect(await refusal(mixed, inputs)).toBe(
    `${start(given.keyId)} adopt.token does not match the redacted value that PayEngine shows; set it to this key's ` +
      `value. ${end}`,
  );
  expect(await refusal({ ...given, token: "0".repeat(108) }, inputs)).toBe(
    `${start(given.keyId)} PayEngine does not accept adopt.token; set it to this key's value. ${end}`,
  );
  expect(await refusal({ ...given, keyId: "key_nowhere" }, inputs)).toBe(
    `${start("key_nowhere")} It does not exist in the account of payengine:apiKey; check adopt.keyId. ${end}`,
  );
  expect(await refusal(shared, inputs)).toBe(
    `${start(shared.keyId)} It is public at PayEngine, but type is private in the program. ${end}`,
  );
  expect(await refusal({ ...shared, token: "pk_test_other" }, { ...inputs, type: "public" })).toContain(
    "adopt.token does not match the redacted value",
  );
  expect(await harness.liveKeys()).toHaveLength(3);
  await harness.control.revokeKey(given.keyId);
  expect(await refusal(given, inputs)).toContain(`${start(given.keyId)} `);
});

test("create does not find a key of another account, and requires the pinned account", async () => {
  const given = await byHand();
  const inputs = adopting(given);
  const start = `Could not adopt the key ${given.keyId} as "${inputs.uniqueName}":`;
  const { key: credential } = await harness.control.newCredential("production", "Admin");
  expect(await messageThrownBy(() => adopt(harness.context({ credential }), inputs, given))).toContain(
    `${start} It does not exist in the account`,
  );
  const [accountId] = MERCHANT_IDS.production;
  expect(await messageThrownBy(() => adopt(harness.context({ accountId }), inputs, given))).toContain(
    `${start} payengine:accountId pins ${accountId}, but`,
  );
});

test("only allowUnproven adopts a key whose redacted value PayEngine does not show", async () => {
  const given = await byHand();
  await harness.control.setDialect({ shows: { redacted: false } });
  const inputs = adopting(given);
  expect(await refusal(given, inputs)).toBe(
    `Could not adopt the key ${given.keyId} as "${inputs.uniqueName}": PayEngine shows no redacted value of this key, ` +
      "so nothing proves that adopt.token is its value; if you are certain, set adopt.allowUnproven: true. Nothing was changed.",
  );
  const state = completed(await adopt(harness.context(), inputs, { ...given, allowUnproven: true }));
  await harness.expectOnlyKeysOf(state);
});

test("an adopted key rotates in place to a generated name, and works through the overlap", async () => {
  const given = await byHand();
  const rotation = { triggers: { count: 0 }, overlap: "1h" };
  const inputs = adopting(given, { rotation });
  const state = await adopted(given, inputs);
  const next = completed(
    await update(harness.context(), state, { ...inputs, rotation: { ...rotation, triggers: { count: 1 } } }),
  );
  expect(next).toMatchObject({
    name: `${inputs.uniqueName}-g2`,
    generation: 2,
    previousKeyId: given.keyId,
    previousToken: given.token,
  });
  await harness.expectOnlyKeysOf(next);
  await revokeAll(harness.context(), next);
  await harness.expectOnlyKeysOf();
});

test("delete revokes the adopted key and no other of its name", async () => {
  const [given, namesake] = [await byHand(), await byHand()];
  await revokeAll(harness.context(), await adopted(given));
  expect((await harness.liveKeys()).map(({ id }) => id)).toEqual([namesake.keyId]);
});

test("delete keeps a key that another resource holds, and revokes other keys with its names", async () => {
  const given = await byHand();
  const inputs = adopting(given, { rotation: { triggers: {}, overlap: "1h" } });
  const state = await adopted(given, inputs);
  await harness.context().client.createKey({ name: `${inputs.uniqueName}-g2`, type: "private" });
  await revokeAll(harness.context(), state, new Set([given.keyId]));
  await harness.expectOnlyKeysOf(state);
});

test("read keeps the resource of an adopted key that is gone, and the next update creates a key", async () => {
  const given = await byHand();
  const inputs = adopting(given);
  const state = await adopted(given, inputs);
  await harness.advance(61_000);
  await harness.control.revokeKey(given.keyId);
  const gone = await read(harness.context(), state);
  expect(gone).toMatchObject({ pendingAction: "create", adoptedKeyId: given.keyId });
  const made = completed(await update(harness.context(), gone as ApiKeyState, inputs));
  expect(made.name).toMatch(new RegExp(`^${inputs.uniqueName}`));
  await harness.expectOnlyKeysOf(made);
});

test("the provider's own credential can be adopted, but neither revoked nor rotated, by value or by id", async () => {
  const credential = (await harness.control.keys()).find((key) => key.credential);
  const own = { keyId: credential?.id ?? "", token: harness.credential };
  const state = await adopted(own);
  const locked = "is the provider credential";
  expect(await messageThrownBy(() => revokeAll(harness.context(), state))).toContain(locked);
  const other = { ...state, token: "x", fingerprint: fingerprint("x") };
  expect(await messageThrownBy(() => revokeAll(harness.context(), other))).toContain(locked);
});
