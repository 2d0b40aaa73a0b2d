import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import { read } from "../../provider/api-key/read";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/state";
import { update } from "../../provider/api-key/update";
import { until } from "../e2e/harness/processes";
import { completed, messageThrownBy, newInputs, SandboxLab } from "../sandbox-lab";

let lab: SandboxLab;
beforeEach(async () => {
  lab = await SandboxLab.open();
  inputs = lab.inputs({ uniqueName: name });
});
afterEach(() => lab.close());

let inputs: ApiKeyInputs;
const name = newInputs().uniqueName;

/** Lists lag by ten minutes while one POST is lost after its commit. */
async function createBehindALaggingList(): Promise<ApiKeyState> {
  await lab.control.setLag({ listMs: 600_000 });
  await lab.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  return completed(await create(lab.context(), inputs));
}

describe("when the list lags behind a lost POST", () => {
  test("the key is marked to settle until a request's limit and a minute have passed", async () => {
    const before = lab.now().getTime();
    const state = await createBehindALaggingList();
    expect(state).toMatchObject({
      name: `${name}-r2`,
      pendingAction: "settle",
      lostNames: [name],
    });
    const wait = Date.parse(state.settleAfter ?? "") - 65_000;
    expect(wait).toBeGreaterThanOrEqual(before);
    expect(wait).toBeLessThanOrEqual(lab.now().getTime());
  });

  test("an update revokes the stray as soon as the list shows it", async () => {
    const state = await createBehindALaggingList();
    await lab.control.setLag({});
    const settled = completed(await update(lab.context(), state, inputs));
    expect(settled).not.toHaveProperty("pendingAction");
    await lab.expectOnlyKeysOf(settled);
  });

  test("the mark outlives settleAfter while the list does not show the kept key", async () => {
    const state = await createBehindALaggingList();
    await lab.advance(300_000);
    const still = completed(await update(lab.context(), state, inputs));
    expect(still).toMatchObject({
      pendingAction: "settle",
      lostNames: [name],
      settleAfter: state.settleAfter,
    });
    await lab.advance(300_001);
    const settled = completed(await update(lab.context(), still, inputs));
    expect(settled).not.toHaveProperty("pendingAction");
    await lab.expectOnlyKeysOf(settled);
  });

  test("an update before settleAfter keeps the mark though the list is current", async () => {
    await lab.control.addFault({ operation: "createKey", kind: "dropBeforeCommit" });
    const state = completed(await create(lab.context(), inputs));
    await lab.advance(64_000);
    expect(completed(await update(lab.context(), state, inputs))).toEqual(state);
  });

  test("a list that fails keeps the mark and the key", async () => {
    const state = await createBehindALaggingList();
    await lab.control.addFault({ operation: "listKeys", kind: "statusBeforeCommit", status: 500 });
    expect(completed(await update(lab.context(), state, inputs))).toEqual(state);
  });

  test("refresh keeps the mark", async () => {
    const state = await createBehindALaggingList();
    expect(await read(lab.context(), state)).toEqual(state);
  });

  test("delete keeps the key until the time is over in which the stray may show", async () => {
    const state = await createBehindALaggingList();
    expect(await messageThrownBy(() => revokeAll(lab.context(), state))).toBe(
      `A request to create the key "${name}" was lost and may still take effect until ${state.settleAfter}. ` +
        "Whatever it had made so far was revoked; run this again after that time.",
    );
    expect(await lab.statusFor(state.token ?? "")).toBe(200);
    await lab.advance(600_001);
    await revokeAll(lab.context(), state);
    await lab.expectOnlyKeysOf();
  });

  test("a key that is gone is not forgotten while a stray may live", async () => {
    const state = await createBehindALaggingList();
    await lab.advance(61_000);
    await lab.control.revokeKey(state.keyId ?? "");
    const refreshed = await read(lab.context(), state);
    expect(refreshed).toMatchObject({ uniqueName: name, pendingAction: "create", lostNames: [name] });
    for (const lost of ["token", "keyId", "fingerprint", "redactedToken"]) {
      expect(refreshed).not.toHaveProperty(lost);
    }
    await lab.control.setLag({});
    const mended = completed(await update(lab.context(), refreshed as ApiKeyState, inputs));
    expect(mended.name).toBe(`${name}-r3`);
    await lab.expectOnlyKeysOf(mended);
  });
});

test("an answer that is too late is taken for lost, and its key is revoked once it is there", async () => {
  await lab.control.addFault({ operation: "createKey", kind: "delay", beforeCommitMs: 4_000 });
  const state = completed(await create(lab.context({ requestTimeout: 1_000 }), inputs));
  expect(state).toMatchObject({ name: `${name}-r2`, pendingAction: "settle", lostNames: [name] });
  await until("the late key is there", async () => (await lab.liveKeys()).length === 2 || undefined);
  const settled = completed(await update(lab.context(), state, inputs));
  expect(settled).not.toHaveProperty("pendingAction");
  await lab.expectOnlyKeysOf(settled);
});

test("a stray counts as revoked only when PayEngine itself says that it is not there", async () => {
  await lab.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  await lab.control.addFault({
    operation: "revokeKey",
    kind: "statusBeforeCommit",
    status: 404,
    body: "html",
  });
  const outcome = await create(lab.context(), inputs);
  const mended = completed(await update(lab.context(), outcome.state, inputs));
  await lab.expectOnlyKeysOf(mended);
});
