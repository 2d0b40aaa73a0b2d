import { getEventListeners } from "node:events";
import { create } from "../../provider/api-key/create";
import { update } from "../../provider/api-key/update";
import { completed, messageThrownBy, SandboxLab, unfinished } from "../sandbox-lab";

let lab: SandboxLab;
beforeEach(async () => {
  lab = await SandboxLab.open();
});
afterEach(() => lab.close());

const unusable = () => lab.control.setLag({ newKeyUnusableMs: 3_600_000 });
/** The calls that make a process's first key, before it is tried. */
const MAKING = ["GET /api/merchant", "GET /api/api-keys", "POST /api/api-keys"];
const total = (waits: readonly number[]) => waits.reduce((sum, wait) => sum + wait, 0);

test("a private key that works is tried once", async () => {
  const state = completed(await create(lab.context(), lab.inputs()));
  expect(await lab.calls()).toEqual([...MAKING, "GET /api/merchant"]);
  await lab.expectOnlyKeysOf(state);
  expect(lab.waits).toEqual([]);
});

test.each([
  ["a public key", { type: "public" }],
  ["verify: false", { verify: false }],
] as const)("%s is not tried", async (_what, more) => {
  await unusable();
  const { keyId } = completed(await create(lab.context(), lab.inputs(more)));
  expect((await lab.liveKeys()).map(({ id }) => id)).toEqual([keyId]);
  expect(await lab.calls()).toEqual(MAKING);
});

test("a key that works after a while is handed over then", async () => {
  await lab.control.setLag({ newKeyUnusableMs: 60_000 });
  const context = lab.context();
  const sleep = async (milliseconds: number) => {
    lab.waits.push(milliseconds);
    if (lab.waits.length === 3) await lab.control.advanceClock(61_000);
  };
  const state = completed(await create({ ...context, sleep }, lab.inputs()));
  expect(lab.waits).toEqual([250, 500, 1_000]);
  await lab.expectOnlyKeysOf(state);
});

test.each([
  [undefined, 30_000, "30s"],
  [true, 30_000, "30s"],
  [{ timeout: "5s" }, 5_000, "5s"],
])(
  "verify: %j: a key that does not work in time is revoked, and nothing else is touched",
  async (verify, limit, said) => {
    const other = completed(await create(lab.context(), lab.inputs()));
    await unusable();
    const inputs = lab.inputs({ verify });
    expect(await messageThrownBy(() => create(lab.context(), inputs))).toBe(
      `The key "${inputs.uniqueName}" was made, but did not work within ${said}: PayEngine answers 401 to it; it was ` +
        "revoked. Run `pulumi up` again, or give it longer by verify: { timeout }.",
    );
    expect(total(lab.waits)).toBeGreaterThanOrEqual(limit);
    expect(total(lab.waits)).toBeLessThan(limit + 2_000);
    await lab.control.setLag({});
    await lab.expectOnlyKeysOf(other);
  },
);

test("a key that is tried for long adds no more listeners than Node takes without a warning to the user", async () => {
  const limits = jest.spyOn(AbortSignal, "timeout");
  await unusable();
  await messageThrownBy(() => create(lab.context(), lab.inputs()));
  const counts = limits.mock.results.map(({ value }) => getEventListeners(value, "abort").length);
  limits.mockRestore();
  expect(counts).not.toEqual([]);
  expect(Math.max(...counts)).toBeLessThanOrEqual(10);
});

test("403 of the contract says that PayEngine knows the key", async () => {
  await lab.control.addFault({ operation: "merchant", kind: "statusBeforeCommit", status: 403, skip: 1 });
  await lab.expectOnlyKeysOf(completed(await create(lab.context(), lab.inputs())));
});

test("an answer that says nothing of the key is no reason to trust it", async () => {
  const web = { kind: "statusBeforeCommit", status: 403, body: "html" } as const;
  await lab.control.addFault({ operation: "merchant", ...web, skip: 1, times: "always" });
  expect(await messageThrownBy(() => create(lab.context(), lab.inputs()))).toMatch(
    /did not work within 30s: .*403.*; it was revoked\. Run/s,
  );
  await lab.control.clearFaults();
  await lab.expectOnlyKeysOf();
});

test("an unusable key that cannot be revoked stays known, without a value", async () => {
  await unusable();
  await lab.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 500 });
  const inputs = lab.inputs();
  const { state, reason } = unfinished(await create(lab.context(), inputs));
  expect(reason).toMatch(
    /^The key ".*" was made, but did not work within 30s: .*could not be revoked: .*500/s,
  );
  expect(state).toMatchObject({ pendingAction: "create", strayKeyId: (await lab.liveKeys())[0]?.id });
  expect(state).not.toHaveProperty("token");

  await lab.control.setLag({});
  await lab.expectOnlyKeysOf(completed(await update(lab.context(), state, inputs)));
});

test("an engine that ends meanwhile is not waited for", async () => {
  await unusable();
  lab.engineLivesFor = 1;
  expect(await messageThrownBy(() => create(lab.context(), lab.inputs()))).toMatch(
    /engine ended .*; it was revoked\.$/,
  );
  expect(lab.waits).toEqual([]);
  await lab.control.setLag({});
  await lab.expectOnlyKeysOf();
});

test("changing verify changes nothing at PayEngine", async () => {
  const inputs = lab.inputs({ verify: { timeout: "10s" } });
  const state = completed(await create(lab.context(), inputs));
  const { verify: _, ...plain } = inputs;
  const updated = completed(await update(lab.context(), state, plain));
  expect(updated).toEqual({ ...state, verify: undefined });
  expect(updated).not.toHaveProperty("verify");
  await lab.expectOnlyKeysOf(updated);
});
