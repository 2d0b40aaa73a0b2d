import { create } from "../../provider/api-key/create";
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
const remembered = "State keeps the name: run `pulumi up` again";
const name = newInputs().uniqueName;
const gone = `Pulumi's engine ended before it could store the key "${name}`;

test("create revokes a key that was created while the engine died", async () => {
  harness.engineLivesFor = 1;
  expect(await messageThrownBy(() => create(harness.context(), inputs))).toBe(`${gone}"; it was revoked.`);
  await harness.expectOnlyKeysOf();
  expect(await harness.calls()).toContain("POST /api/api-keys");
});

test("update revokes a key that was created while the engine died", async () => {
  const { token: _, ...damaged } = completed(await create(harness.context(), inputs));
  harness.engineLivesFor = 2;
  const { state, reason } = unfinished(await update(harness.context(), damaged, inputs));
  expect(reason).toContain(`${gone}-r2"; it was revoked. ${remembered}`);
  expect(state).toMatchObject({ pendingAction: "create", latestName: `${inputs.uniqueName}-r2` });
  await harness.expectOnlyKeysOf();
});

test("update revokes no key if it created none before the engine died", async () => {
  const state = completed(await create(harness.context(), inputs));
  harness.engineLivesFor = 1;
  await update(harness.context(), state, inputs);
  await harness.expectOnlyKeysOf(state);
});

test("create returns an unfinished state if it cannot revoke a key that was created while the engine died", async () => {
  harness.engineLivesFor = 1;
  await harness.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 500 });
  const { state, reason } = unfinished(await create(harness.context(), inputs));
  expect(reason).toMatch(
    new RegExp(
      `^${gone}", and it could not be revoked: PayEngine returned 500 for DELETE ${harness.url}/api-keys/[0-9a-f-]{36}: ` +
        `Status 500, as asked for by a fault\\. It may still work; its value was lost\\. ${remembered}`,
    ),
  );
  expect(state).toMatchObject({ pendingAction: "create", orphanKeyIds: await harness.newestKey() });
  expect(state).not.toHaveProperty("token");
  harness.engineLivesFor = Number.POSITIVE_INFINITY;
  await harness.expectOnlyKeysOf(completed(await update(harness.context(), state, inputs)));
});

test("create keeps the name of a revoked key while another request may still take effect", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "dropBeforeCommit" });
  harness.engineLivesFor = 2;
  const { state, reason } = unfinished(await create(harness.context(), inputs));
  expect(reason).toContain(`${gone}-r2", and a key with that name may still be active. ${remembered}`);
  expect(state).toMatchObject({ pendingAction: "create", unresolvedNames: [inputs.uniqueName] });
  await harness.expectOnlyKeysOf();
});

test("an unfinished creation stays unfinished when the engine dies", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  await harness.control.addFault({ operation: "listKeys", kind: "statusBeforeCommit", status: 500, skip: 1 });
  harness.engineLivesFor = 1;
  const { state } = unfinished(await create(harness.context(), inputs));
  expect(state).toMatchObject({ pendingAction: "create", unresolvedNames: [inputs.uniqueName] });
});

test("create posts nothing if the engine died before", async () => {
  harness.engineLivesFor = 0;
  expect(await messageThrownBy(() => create(harness.context(), inputs))).toBe(
    `Could not create the key "${inputs.uniqueName}": Pulumi's engine has ended. No key was left behind.`,
  );
  expect(await harness.calls()).toEqual(["GET /api/merchant"]);
});
