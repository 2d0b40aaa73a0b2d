import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../../provider/api-key/context";
import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import type { ApiKeyState } from "../../provider/api-key/schema";
import { OperationLimit } from "../../provider/operation-limit";
import { completed, messageThrownBy, SandboxHarness, unfinished } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
});
afterEach(() => harness.close());

const REQUEST_TIMEOUT_MS = 5_000;
const MINUTE = 60_000;
const total = (waits: readonly number[]) => waits.reduce((sum, wait) => sum + wait, 0);

/** A key in use, and a lost request that may still create another. */
async function reconcilable(): Promise<ApiKeyState> {
  await harness.control.addFault({ operation: "createKey", kind: "dropBeforeCommit" });
  const state = completed(await create(harness.context(), harness.inputs()));
  expect(state.pendingAction).toBe("reconcile");
  return state;
}

/** No key, but a lost request that may still create one. */
async function unmade(): Promise<ApiKeyState> {
  await harness.control.addFault({ operation: "createKey", kind: "dropBeforeCommit", times: 3 });
  const { state } = unfinished(await create(harness.context(), harness.inputs()));
  expect(state.pendingAction).toBe("create");
  return state;
}

/** While the provider waits, the lost request creates its key. */
function lateContext({ uniqueName: name }: ApiKeyState): Context {
  const context = harness.context();
  return {
    ...context,
    async sleep(milliseconds) {
      if (harness.waits.length === 3) await context.client.createKey({ name, type: "private" });
      harness.waits.push(milliseconds);
    },
  };
}

test.each([
  ["beside a key in use", reconcilable],
  ["where no key was made", unmade],
])(
  "delete %s waits until a lost request can no longer take effect, and revokes its key",
  async (_which, make) => {
    const state = await make();
    await revokeAll(lateContext(state), state);
    await harness.expectOnlyKeysOf();
    const waited = total(harness.waits);
    expect(waited).toBeGreaterThan(MINUTE);
    expect(waited).toBeLessThanOrEqual(REQUEST_TIMEOUT_MS + MINUTE);
    const [line, ...more] = harness.warnings;
    expect(more).toEqual([]);
    expect(line).toBe(
      `Waiting until ${state.reconcileAfter} before "${state.uniqueName}" is deleted: a request to create it was lost and ` +
        "may still take effect. Press Ctrl-C twice to stop; you can run this again later.",
    );
  },
);

test("the key in use works until the wait is over", async () => {
  const state = await reconcilable();
  const statuses: number[] = [];
  const context = harness.context();
  const sleep = async (milliseconds: number) => {
    if (harness.waits.push(milliseconds) % 40 === 0)
      statuses.push(await harness.statusFor(state.token ?? ""));
  };
  await revokeAll({ ...context, sleep }, state);
  expect(new Set(statuses)).toEqual(new Set([200]));
  await harness.expectOnlyKeysOf();
});

test("if Pulumi ends during the wait, the key stays and its state can be deleted later", async () => {
  const state = await reconcilable();
  const context = harness.context();
  const engine = { isGone: async () => harness.waits.length >= 3 };
  expect(await messageThrownBy(() => revokeAll({ ...context, engine }, state))).toBe(
    `The key "${state.uniqueName}" was not deleted: Pulumi stopped before ${state.reconcileAfter}, and until then a lost ` +
      "request may still create it. The key stays in state: run this again.",
  );
  expect(harness.waits).toHaveLength(3);
  await harness.expectOnlyKeysOf({ ...state });
  await harness.advance(2 * MINUTE);
  await revokeAll(harness.context(), state);
  await harness.expectOnlyKeysOf();
});

test("a stored time far in the future does not make delete wait longer than a request can take effect", async () => {
  const state = await reconcilable();
  const ahead = {
    ...state,
    reconcileAfter: new Date(harness.now().getTime() + 365 * 24 * 60 * MINUTE).toISOString(),
  };
  await revokeAll(harness.context(), ahead);
  expect(total(harness.waits)).toBeLessThanOrEqual(REQUEST_TIMEOUT_MS + 2 * MINUTE);
  await harness.expectOnlyKeysOf();
});

test("delete does not wait after the stored time", async () => {
  const state = await reconcilable();
  await harness.advance(2 * MINUTE);
  await revokeAll(harness.context(), state);
  expect([harness.waits, harness.warnings]).toEqual([[], []]);
  await harness.expectOnlyKeysOf();
});

test("an operation's time limit pauses during an outside wait and continues afterwards", async () => {
  const limit = new OperationLimit(20);
  await limit.outside(() => sleep(100));
  expect(limit.isOver).toBe(false);
  await once(limit.signal, "abort");
  expect(limit.isOver).toBe(true);
});
