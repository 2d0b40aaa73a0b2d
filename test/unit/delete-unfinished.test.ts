import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import { read } from "../../provider/api-key/read";
import type { ApiKeyInputs } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { completed, messageThrownBy, newInputs, SandboxHarness, unfinished } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  inputs = harness.inputs({ uniqueName: name });
});
afterEach(() => harness.close());

let inputs: ApiKeyInputs;
const name = newInputs().uniqueName;
const MINUTES = 60_000;

test("delete revokes a key that came without its value, without waiting for another", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "valueMissing" });
  await harness.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 503 });
  const { state } = unfinished(await create(harness.context(), inputs));
  expect(state.orphanKeyIds).toBeDefined();
  // The revoked key accounts for the one request, so there is no need to wait.
  await revokeAll(harness.context(), state);
  await harness.expectOnlyKeysOf();
});

test("delete waits while the list does not show the kept key, because it may not show a second key either", async () => {
  await harness.control.setLag({ listMs: 10 * MINUTES });
  await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  const state = completed(await create(harness.context(), inputs));
  expect(state.pendingAction).toBe("reconcile");
  await harness.advance(2 * MINUTES);
  expect(await messageThrownBy(() => revokeAll(harness.context(), state))).toContain(
    "PayEngine's list of keys does not show this key yet, so it may not show a second one from a lost request either; " +
      "run this again later.",
  );
  expect(await harness.liveKeys()).toHaveLength(2);
  await harness.advance(9 * MINUTES);
  await revokeAll(harness.context(), state);
  await harness.expectOnlyKeysOf();
});

test("delete does not wait for the list to show a key that was revoked meanwhile", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "dropBeforeCommit" });
  const state = completed(await create(harness.context(), inputs));
  await harness.control.revokeKey(state.keyId ?? "");
  await harness.advance(2 * MINUTES);
  await revokeAll(harness.context(), state);
  await harness.expectOnlyKeysOf();
});

test("read keeps a key that is gone while the outcome of a request is unknown", async () => {
  await harness.control.setLag({ listMs: 10 * MINUTES });
  await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  const state = completed(await create(harness.context(), inputs));
  await harness.control.revokeKey(state.keyId ?? "");
  await harness.advance(2 * MINUTES);
  const refreshed = await read(harness.context(), state);
  expect(refreshed).toMatchObject({ uniqueName: name, pendingAction: "create", unresolvedNames: [name] });
});

test("delete of a key that is gone revokes another key of its resource", async () => {
  const state = completed(await create(harness.context(), inputs));
  await harness.context().client.createKey({ name, type: "private" });
  await harness.control.revokeKey(state.keyId ?? "");
  await harness.advance(MINUTES + 1_000);
  await revokeAll(harness.context(), state);
  await harness.expectOnlyKeysOf();
});

describe("while PayEngine does not find a new key by its id,", () => {
  const unknownById = { operation: "revokeKey", kind: "statusBeforeCommit", status: 404 } as const;

  test("a key without a value does not count as revoked and is found by its name later", async () => {
    await harness.control.setLag({ listMs: MINUTES });
    await harness.control.addFault({ operation: "createKey", kind: "valueMissing" });
    await harness.control.addFault(unknownById);
    const state = completed(await create(harness.context(), inputs));
    expect(state).toMatchObject({ name: `${name}-r2`, pendingAction: "reconcile", unresolvedNames: [name] });
    await harness.advance(2 * MINUTES);
    await harness.expectOnlyKeysOf(completed(await update(harness.context(), state, inputs)));
  });

  test("a key with another name is stored by its id", async () => {
    await harness.control.addFault({ operation: "createKey", kind: "wrongName" });
    await harness.control.addFault(unknownById);
    const { client, ...rest } = harness.context();
    const blind = { ...rest, client: { ...client, readPage: async () => ({ data: [], total: 0 }) } };
    const { state } = unfinished(await create(blind, inputs));
    expect(state).toMatchObject({ pendingAction: "create", orphanKeyIds: await harness.newestKey() });
    await harness.expectOnlyKeysOf(completed(await update(harness.context(), state, inputs)));
  });

  test("a key that was revoked meanwhile does not block an update", async () => {
    await harness.control.addFault({ operation: "createKey", kind: "valueMissing" });
    await harness.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 503 });
    const { state } = unfinished(await create(harness.context(), inputs));
    await harness.control.revokeKey(Object.values(state.orphanKeyIds ?? {})[0] ?? "");
    const repaired = completed(await update(harness.context(), state, inputs));
    expect(repaired.pendingAction).toBe("reconcile");
    await harness.expectOnlyKeysOf(repaired);
  });
});
