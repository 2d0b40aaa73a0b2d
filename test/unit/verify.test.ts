import { getEventListeners } from "node:events";
import type { Context } from "../../provider/api-key/context";
import { create } from "../../provider/api-key/create";
import { update } from "../../provider/api-key/update";
import type { OperationLimit } from "../../provider/operation-limit";
import { completed, messageThrownBy, SandboxHarness, unfinished } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
});
afterEach(() => harness.close());

const unusable = () => harness.control.setLag({ newKeyUnusableMs: 3_600_000 });
/** The requests that create a process's first key, before its test. */
const MAKING = ["GET /api/merchant", "GET /api/api-keys", "POST /api/api-keys"];
const total = (waits: readonly number[]) => waits.reduce((sum, wait) => sum + wait, 0);

test("a private key that works is tested once", async () => {
  const state = completed(await create(harness.context(), harness.inputs()));
  expect(await harness.calls()).toEqual([...MAKING, "GET /api/merchant"]);
  await harness.expectOnlyKeysOf(state);
  expect(harness.waits).toEqual([]);
});

test("create tests a key for the same time if the machine's clock jumps by a year meanwhile", async () => {
  await harness.control.setLag({ newKeyUnusableMs: 60_000 });
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);
  const sleep = async (milliseconds: number) => {
    aheadMs = 365 * 86_400_000;
    harness.waits.push(milliseconds);
    if (harness.waits.length === 3) await harness.control.advanceClock(61_000);
  };
  const state = completed(await create({ ...harness.context(), now, sleep }, harness.inputs()));
  expect(harness.waits).toEqual([250, 500, 1_000]);
  await harness.expectOnlyKeysOf(state);
});

test.each([
  ["a public key", { type: "public" }],
  ["verify: false", { verify: false }],
] as const)("%s is not tried", async (_what, more) => {
  await unusable();
  const { keyId } = completed(await create(harness.context(), harness.inputs(more)));
  expect((await harness.liveKeys()).map(({ id }) => id)).toEqual([keyId]);
  expect(await harness.calls()).toEqual(MAKING);
});

test("create returns a key once it works", async () => {
  await harness.control.setLag({ newKeyUnusableMs: 60_000 });
  const context = harness.context();
  const sleep = async (milliseconds: number) => {
    harness.waits.push(milliseconds);
    if (harness.waits.length === 3) await harness.control.advanceClock(61_000);
  };
  const state = completed(await create({ ...context, sleep }, harness.inputs()));
  expect(harness.waits).toEqual([250, 500, 1_000]);
  await harness.expectOnlyKeysOf(state);
});

test.each([
  [undefined, 30_000, "30s"],
  [true, 30_000, "30s"],
  [{ timeout: "5s" }, 5_000, "5s"],
])(
  "with verify %j, create revokes a key that does not work in time, and no other",
  async (verify, limit, said) => {
    const other = completed(await create(harness.context(), harness.inputs()));
    await unusable();
    const inputs = harness.inputs({ verify });
    expect(await messageThrownBy(() => create(harness.context(), inputs))).toBe(
      `The key "${inputs.uniqueName}" was created, but did not work within ${said}: PayEngine returned 401 for it; it was ` +
        "revoked. Run `pulumi up` again, or set a longer verify: { timeout }.",
    );
    expect(total(harness.waits)).toBeGreaterThanOrEqual(limit);
    expect(total(harness.waits)).toBeLessThan(limit + 2_000);
    await harness.control.setLag({});
    await harness.expectOnlyKeysOf(other);
  },
);

/** The time limit of this context's operation. */
const limitOf = ({ limit }: Context) => limit as OperationLimit;

test("a long test of a key adds few enough listeners to avoid Node's warning", async () => {
  await unusable();
  const context = harness.context();
  const { signal } = limitOf(context);
  await messageThrownBy(() => create(context, harness.inputs()));
  const { length } = getEventListeners(signal, "abort");
  expect(length).toBeGreaterThan(0);
  expect(length).toBeLessThanOrEqual(10);
});

test("a key that does not work within the operation's time is revoked in reserved time", async () => {
  await unusable();
  const context = harness.context();
  const sleep = async (milliseconds: number) => {
    harness.waits.push(milliseconds);
    limitOf(context).end();
  };
  expect(await messageThrownBy(() => create({ ...context, sleep }, harness.inputs()))).toMatch(
    /^The key ".*" was created, but did not work within the operation's time: .*; it was revoked\. Run/s,
  );
  expect(harness.waits).toHaveLength(1);
  await harness.expectOnlyKeysOf();
});

test("a 403 in a published format shows that the key works", async () => {
  await harness.control.addFault({ operation: "merchant", kind: "statusBeforeCommit", status: 403, skip: 1 });
  await harness.expectOnlyKeysOf(completed(await create(harness.context(), harness.inputs())));
});

test("a response that proves nothing about the key does not show that it works", async () => {
  const web = { kind: "statusBeforeCommit", status: 403, body: "html" } as const;
  await harness.control.addFault({ operation: "merchant", ...web, skip: 1, times: "always" });
  expect(await messageThrownBy(() => create(harness.context(), harness.inputs()))).toMatch(
    /did not work within 30s: .*403.*; it was revoked\. Run/s,
  );
  await harness.control.clearFaults();
  await harness.expectOnlyKeysOf();
});

test("an unusable key that cannot be revoked stays in state without a value", async () => {
  await unusable();
  await harness.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 500 });
  const inputs = harness.inputs();
  const { state, reason } = unfinished(await create(harness.context(), inputs));
  expect(reason).toMatch(
    /^The key ".*" was created, but did not work within 30s: .*could not be revoked: .*500/s,
  );
  expect(state).toMatchObject({ pendingAction: "create", orphanKeyIds: await harness.newestKey() });
  expect(state).not.toHaveProperty("token");

  await harness.control.setLag({});
  await harness.expectOnlyKeysOf(completed(await update(harness.context(), state, inputs)));
});

test("create stops testing a key when the engine ends", async () => {
  await unusable();
  harness.engineLivesFor = 1;
  expect(await messageThrownBy(() => create(harness.context(), harness.inputs()))).toMatch(
    /engine ended .*; it was revoked\.$/,
  );
  expect(harness.waits).toEqual([]);
  await harness.control.setLag({});
  await harness.expectOnlyKeysOf();
});

test("changing verify changes nothing at PayEngine", async () => {
  const inputs = harness.inputs({ verify: { timeout: "10s" } });
  const state = completed(await create(harness.context(), inputs));
  const { verify: _, ...plain } = inputs;
  const updated = completed(await update(harness.context(), state, plain));
  expect(updated).toEqual({ ...state, verify: undefined });
  expect(updated).not.toHaveProperty("verify");
  await harness.expectOnlyKeysOf(updated);
});
