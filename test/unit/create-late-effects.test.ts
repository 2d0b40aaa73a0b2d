import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import { read } from "../../provider/api-key/read";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { until } from "../e2e/harness/processes";
import { completed, messageThrownBy, newInputs, SandboxHarness } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  inputs = harness.inputs({ uniqueName: name });
});
afterEach(() => harness.close());

let inputs: ApiKeyInputs;
const name = newInputs().uniqueName;

/** Lists lag by ten minutes while one POST is lost after its commit. */
async function createBehindALaggingList(): Promise<ApiKeyState> {
  await harness.control.setLag({ listMs: 600_000 });
  await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  return completed(await create(harness.context(), inputs));
}

describe("when the list lags behind a lost POST", () => {
  test("the key is marked for reconciliation until the request timeout plus a minute has passed", async () => {
    const before = harness.now().getTime();
    const state = await createBehindALaggingList();
    expect(state).toMatchObject({
      name: `${name}-r2`,
      pendingAction: "reconcile",
      unresolvedNames: [name],
    });
    const wait = Date.parse(state.reconcileAfter ?? "") - 65_000;
    expect(wait).toBeGreaterThanOrEqual(before);
    expect(wait).toBeLessThanOrEqual(harness.now().getTime());
  });

  test("an update revokes the orphan as soon as the list shows it", async () => {
    const state = await createBehindALaggingList();
    await harness.control.setLag({});
    const reconciled = completed(await update(harness.context(), state, inputs));
    expect(reconciled).not.toHaveProperty("pendingAction");
    await harness.expectOnlyKeysOf(reconciled);
  });

  test("the mark stays after reconcileAfter while the list does not show the kept key", async () => {
    const state = await createBehindALaggingList();
    await harness.advance(300_000);
    const still = completed(await update(harness.context(), state, inputs));
    expect(still).toMatchObject({
      pendingAction: "reconcile",
      unresolvedNames: [name],
      reconcileAfter: state.reconcileAfter,
    });
    await harness.advance(300_001);
    const reconciled = completed(await update(harness.context(), still, inputs));
    expect(reconciled).not.toHaveProperty("pendingAction");
    await harness.expectOnlyKeysOf(reconciled);
  });

  test("an update before reconcileAfter keeps the mark even if the list is current", async () => {
    await harness.control.addFault({ operation: "createKey", kind: "dropBeforeCommit" });
    const state = completed(await create(harness.context(), inputs));
    await harness.advance(64_000);
    expect(completed(await update(harness.context(), state, inputs))).toEqual(state);
  });

  test("a failed list keeps the mark and the key", async () => {
    const state = await createBehindALaggingList();
    await harness.control.addFault({ operation: "listKeys", kind: "statusBeforeCommit", status: 500 });
    expect(completed(await update(harness.context(), state, inputs))).toEqual(state);
  });

  test("refresh keeps the mark", async () => {
    const state = await createBehindALaggingList();
    expect(await read(harness.context(), state)).toEqual(state);
  });

  test("delete keeps the key while the list may not show the orphan", async () => {
    const state = await createBehindALaggingList();
    const why = "PayEngine's list of keys does not show this key yet";
    expect(await messageThrownBy(() => revokeAll(harness.context(), state))).toContain(why);
    expect(await harness.statusFor(state.token ?? "")).toBe(200);
    await harness.advance(600_001);
    await revokeAll(harness.context(), state);
    await harness.expectOnlyKeysOf();
  });

  test("read keeps a key that is gone while an orphan may still be active", async () => {
    const state = await createBehindALaggingList();
    await harness.advance(61_000);
    await harness.control.revokeKey(state.keyId ?? "");
    const refreshed = await read(harness.context(), state);
    expect(refreshed).toMatchObject({ uniqueName: name, pendingAction: "create", unresolvedNames: [name] });
    for (const lost of ["token", "keyId", "fingerprint", "redactedToken"]) {
      expect(refreshed).not.toHaveProperty(lost);
    }
    await harness.control.setLag({});
    const repaired = completed(await update(harness.context(), refreshed as ApiKeyState, inputs));
    expect(repaired.name).toBe(`${name}-r3`);
    await harness.expectOnlyKeysOf(repaired);
  });
});

test("the key of a response after the timeout is revoked once it exists", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "delay", beforeCommitMs: 4_000 });
  const state = completed(await create(harness.context({ requestTimeout: 1_000 }), inputs));
  expect(state).toMatchObject({ name: `${name}-r2`, pendingAction: "reconcile", unresolvedNames: [name] });
  await until("the late key is there", async () => (await harness.liveKeys()).length === 2 || undefined);
  const reconciled = completed(await update(harness.context(), state, inputs));
  expect(reconciled).not.toHaveProperty("pendingAction");
  await harness.expectOnlyKeysOf(reconciled);
});

test("an orphan counts as revoked only if PayEngine itself responds that it does not exist", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  await harness.control.addFault({
    operation: "revokeKey",
    kind: "statusBeforeCommit",
    status: 404,
    body: "html",
  });
  const outcome = await create(harness.context(), inputs);
  const repaired = completed(await update(harness.context(), outcome.state, inputs));
  await harness.expectOnlyKeysOf(repaired);
});
