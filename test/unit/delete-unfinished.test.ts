import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import { read } from "../../provider/api-key/read";
import type { ApiKeyInputs } from "../../provider/api-key/state";
import { update } from "../../provider/api-key/update";
import { completed, messageThrownBy, newInputs, SandboxLab, unfinished } from "../sandbox-lab";

let lab: SandboxLab;
beforeEach(async () => {
  lab = await SandboxLab.open();
  inputs = lab.inputs({ uniqueName: name });
});
afterEach(() => lab.close());

let inputs: ApiKeyInputs;
const name = newInputs().uniqueName;
const MINUTES = 60_000;

test("a key that came without its value is revoked even where the request may still make another", async () => {
  await lab.control.addFault({ operation: "createKey", kind: "valueMissing" });
  await lab.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 503 });
  const { state } = unfinished(await create(lab.context(), inputs));
  expect(state.strayKeyId).toBeDefined();
  // The one request is explained by the key that is revoked by its id: nothing is left to wait for.
  await revokeAll(lab.context(), state);
  await lab.expectOnlyKeysOf();
});

test("while the list does not show the kept key, a second one may be missing from it too", async () => {
  await lab.control.setLag({ listMs: 10 * MINUTES });
  await lab.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  const state = completed(await create(lab.context(), inputs));
  expect(state.pendingAction).toBe("settle");
  await lab.advance(2 * MINUTES);
  expect(await messageThrownBy(() => revokeAll(lab.context(), state))).toBe(
    `Could not revoke the key "${state.name}" (${state.keyId}), which may still work: PayEngine's list of keys does ` +
      "not show this key yet, so a second one that a lost request has made may be missing too; run this again when " +
      "it does. State keeps it: run this again, or revoke it in PayEngine's dashboard.",
  );
  expect(await lab.liveKeys()).toHaveLength(2);
  await lab.advance(9 * MINUTES);
  await revokeAll(lab.context(), state);
  await lab.expectOnlyKeysOf();
});

test("a key revoked meanwhile shows nothing of the list: it does not keep destroy from its end", async () => {
  await lab.control.addFault({ operation: "createKey", kind: "dropBeforeCommit" });
  const state = completed(await create(lab.context(), inputs));
  await lab.control.revokeKey(state.keyId ?? "");
  await lab.advance(2 * MINUTES);
  await revokeAll(lab.context(), state);
  await lab.expectOnlyKeysOf();
});

test("a key that is gone is not forgotten while a request is unexplained: the next up clears up", async () => {
  await lab.control.setLag({ listMs: 10 * MINUTES });
  await lab.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  const state = completed(await create(lab.context(), inputs));
  await lab.control.revokeKey(state.keyId ?? "");
  await lab.advance(2 * MINUTES);
  const refreshed = await read(lab.context(), state);
  expect(refreshed).toMatchObject({ uniqueName: name, pendingAction: "create", lostNames: [name] });
});

test("another key of the resource, which nobody knows, goes with one that is gone already", async () => {
  const state = completed(await create(lab.context(), inputs));
  await lab.context().client.createKey({ name, type: "private" });
  await lab.control.revokeKey(state.keyId ?? "");
  await lab.advance(MINUTES + 1_000);
  await revokeAll(lab.context(), state);
  await lab.expectOnlyKeysOf();
});

describe("where PayEngine does not know a new key by its id yet", () => {
  const unknownById = { operation: "revokeKey", kind: "statusBeforeCommit", status: 404 } as const;

  test("a key without a value is not taken for revoked: it is found by its name later", async () => {
    await lab.control.setLag({ listMs: MINUTES });
    await lab.control.addFault({ operation: "createKey", kind: "valueMissing" });
    await lab.control.addFault(unknownById);
    const state = completed(await create(lab.context(), inputs));
    expect(state).toMatchObject({ name: `${name}-r2`, pendingAction: "settle", lostNames: [name] });
    await lab.advance(2 * MINUTES);
    await lab.expectOnlyKeysOf(completed(await update(lab.context(), state, inputs)));
  });

  test("a key of another name is remembered by its id", async () => {
    await lab.control.addFault({ operation: "createKey", kind: "wrongName" });
    await lab.control.addFault(unknownById);
    const { client, ...rest } = lab.context();
    const blind = { ...rest, client: { ...client, listKeys: async () => ({ data: [], total: 0 }) } };
    const { state } = unfinished(await create(blind, inputs));
    expect(state).toMatchObject({ pendingAction: "create", strayKeyId: (await lab.liveKeys())[0]?.id });
    await lab.expectOnlyKeysOf(completed(await update(lab.context(), state, inputs)));
  });

  test("a key that was revoked meanwhile holds up no update", async () => {
    await lab.control.addFault({ operation: "createKey", kind: "valueMissing" });
    await lab.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 503 });
    const { state } = unfinished(await create(lab.context(), inputs));
    await lab.control.revokeKey(state.strayKeyId ?? "");
    const mended = completed(await update(lab.context(), state, inputs));
    expect(mended.pendingAction).toBe("settle");
    await lab.expectOnlyKeysOf(mended);
  });
});
