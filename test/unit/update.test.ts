import { ACCOUNT_IDS, MERCHANT_IDS } from "payengine-sandbox";
import { create } from "../../provider/api-key/create";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { shortFingerprint } from "../../provider/payengine/key-value";
import { abridged } from "../abridged";
import { completed, messageThrownBy, SandboxHarness, unfinished } from "../sandbox-harness";

let harness: SandboxHarness;
let inputs: ApiKeyInputs;
let state: ApiKeyState;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  inputs = harness.inputs();
  state = completed(await create(harness.context(), inputs));
});
afterEach(() => harness.close());

test("an update of a key without pending actions returns all outputs without a request", async () => {
  await harness.control.clearRequests();
  expect(completed(await update(harness.context(), state, inputs))).toEqual(state);
  expect(await harness.calls()).toEqual([]);
});

test("an update of a state without a token creates a new key and revokes the old one", async () => {
  const { token: _, ...damaged } = state;
  const repaired = completed(await update(harness.context(), damaged, inputs));
  expect(repaired.name).toBe(`${inputs.uniqueName}-r2`);
  expect(repaired.keyId).not.toBe(state.keyId);
  await harness.expectOnlyKeysOf(repaired);
});

describe("if PayEngine returns the account's id", () => {
  beforeEach(async () => {
    await harness.control.setDialect({ merchant: "object" });
    state = completed(await create(harness.context(), inputs));
  });

  test("state records it, and an update requests only the account", async () => {
    expect(state.accountId).toBe(ACCOUNT_IDS.sandbox);
    await harness.control.clearRequests();
    expect(completed(await update(harness.context(), state, inputs))).toEqual(state);
    expect(await harness.calls()).toEqual(["GET /api/merchant"]);
  });

  test("a credential of another account changes nothing", async () => {
    const { key } = await harness.control.newCredential("production", "Admin");
    const { sandbox, production } = ACCOUNT_IDS;
    expect(await messageThrownBy(() => update(harness.context({ credential: key }), state, inputs))).toEqual(
      abridged(
        `Could not update the key "${state.name}": the credential belongs to account ${production}, `,
        `of account ${sandbox}. State is unchanged.`,
      ),
    );
  });

  test("a new key records it", async () => {
    const { token: _, accountId: __, ...damaged } = state;
    expect(completed(await update(harness.context(), damaged, inputs)).accountId).toBe(ACCOUNT_IDS.sandbox);
  });
});

describe("a pin", () => {
  test("that the account shows is recorded unchanged and proven once per process", async () => {
    const pinnedAccountId = MERCHANT_IDS.sandbox[0];
    const context = harness.context({ accountId: pinnedAccountId });
    await harness.control.clearRequests();
    const pinned = completed(await update(context, state, { ...inputs, pinnedAccountId }));
    expect(pinned).toEqual({ ...state, pinnedAccountId });
    expect(await harness.calls()).toEqual(["GET /api/merchant"]);
    expect(completed(await update(context, pinned, { ...inputs, pinnedAccountId }))).toEqual(pinned);
    expect(await harness.calls()).toEqual(["GET /api/merchant"]);
  });

  test("that the account does not show changes nothing", async () => {
    const pinnedAccountId = MERCHANT_IDS.production[0];
    const context = harness.context({ accountId: pinnedAccountId });
    expect(await messageThrownBy(() => update(context, state, { ...inputs, pinnedAccountId }))).toEqual(
      abridged(
        `Could not update the key "${state.name}": payengine:accountId pins ${pinnedAccountId}, `,
        "State is unchanged.",
      ),
    );
    await harness.expectOnlyKeysOf(state);
  });

  test("that is removed from the inputs is removed from state too once the account is proven", async () => {
    const pinned = { ...state, pinnedAccountId: MERCHANT_IDS.sandbox[0] };
    expect(completed(await update(harness.context(), pinned, inputs))).toEqual(state);
    const { key: credential } = await harness.control.newCredential("production", "Admin");
    expect(await messageThrownBy(() => update(harness.context({ credential }), pinned, inputs))).toEqual(
      abridged(
        `Could not update the key "${state.name}": `,
        "the credential belongs to another account",
        "State is unchanged.",
      ),
    );
  });

  test("that changes to another id of the same account is proven by the update", async () => {
    const { key: credential } = await harness.control.newCredential("sandbox", "Developer");
    const [first, second] = MERCHANT_IDS.sandbox;
    const pinned = { ...state, pinnedAccountId: first };
    const context = harness.context({ credential, accountId: second });
    await harness.control.clearRequests();
    const moved = completed(await update(context, pinned, { ...inputs, pinnedAccountId: second }));
    expect(moved).toEqual({ ...state, pinnedAccountId: second });
    expect(await harness.calls()).toEqual(["GET /api/merchant"]);
  });
});

test("an update to PayEngine's own address leaves no address in state", async () => {
  const { apiUrl: _, ...own } = inputs;
  const there = completed(await update(harness.context(), state, own));
  expect(there).not.toHaveProperty("apiUrl");
  expect(there).toEqual({ ...state, apiUrl: undefined });
});

test("a new key records the credential that created it", async () => {
  const { key: credential } = await harness.control.newCredential("sandbox", "Developer");
  const { token: _, ...damaged } = state;
  const repaired = completed(await update(harness.context({ credential }), damaged, inputs));
  expect(repaired.credentialFingerprint).toBe(shortFingerprint(credential));
  await harness.expectOnlyKeysOf(repaired);
});

test("a refusal of an unfinished creation keeps the name and the pending action in state", async () => {
  const { token: _, keyId: __, ...rest } = state;
  await harness.control.revokeKey(state.keyId ?? "");
  await harness.control.setDialect({ keyQuota: 1 });
  const yetToBeMade: ApiKeyState = { ...rest, pendingAction: "create" };
  const refused = unfinished(await update(harness.context(), yetToBeMade, inputs));
  expect(refused.reason).toEqual(
    abridged(
      `Could not create the key "${inputs.uniqueName}": PayEngine returned 422 for POST`,
      "quota of 1 keys is used up. No key was left behind. State keeps the name: ",
      "or run `pulumi destroy`.",
    ),
  );
  expect(refused.state).toMatchObject({
    ...inputs,
    pendingAction: "create",
    latestName: `${inputs.uniqueName}-r2`,
  });
  await harness.expectOnlyKeysOf();
});

test("an update revokes a key without a value by its id while the list does not show it yet", async () => {
  await harness.control.setLag({ listMs: 600_000 });
  await harness.control.addFault({ operation: "createKey", kind: "valueMissing" });
  await harness.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 503 });
  const fresh = harness.inputs();
  const begun = unfinished(await create(harness.context(), fresh));
  expect(begun.state.orphanKeyIds).toEqual(await harness.newestKey());
  const repaired = completed(await update(harness.context(), begun.state, fresh));
  await harness.expectOnlyKeysOf(state, repaired);
});
