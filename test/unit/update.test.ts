import { create } from "../../provider/api-key/create";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/state";
import { update } from "../../provider/api-key/update";
import { completed, messageThrownBy, SandboxLab, unfinished } from "../sandbox-lab";

let lab: SandboxLab;
let inputs: ApiKeyInputs;
let state: ApiKeyState;
beforeEach(async () => {
  lab = await SandboxLab.open();
  inputs = lab.inputs();
  state = completed(await create(lab.context(), inputs));
});
afterEach(() => lab.close());

test("an update of a key in good order gives all outputs back and asks for the account only", async () => {
  await lab.control.clearRequests();
  expect(completed(await update(lab.context(), state, inputs))).toEqual(state);
  expect(await lab.calls()).toEqual(["GET /api/merchant"]);
});

test("a missing token makes a new key and revokes the one without", async () => {
  const { token: _, ...damaged } = state;
  const mended = completed(await update(lab.context(), damaged, inputs));
  expect(mended.name).toBe(`${inputs.uniqueName}-r2`);
  expect(mended.keyId).not.toBe(state.keyId);
  await lab.expectOnlyKeysOf(mended);
});

test("a state without account learns it", async () => {
  const { accountId: _, ...unrecorded } = state;
  expect(completed(await update(lab.context(), unrecorded, inputs)).accountId).toBe("sandbox");
});

test("a credential of another account changes nothing", async () => {
  const { key } = await lab.control.newCredential("production", "Admin");
  expect(await messageThrownBy(() => update(lab.context({ credential: key }), state, inputs))).toBe(
    `Could not update the key "${state.name}": The credential belongs to account acct_production, but this key's ` +
      "state records account acct_sandbox; use a credential and payengine:apiUrl of account acct_sandbox. " +
      "State keeps it as it was.",
  );
  await lab.expectOnlyKeysOf(state);
});

test("a refusal while the key is yet to be made keeps the name and what is left to do in state", async () => {
  const { token: _, keyId: __, ...rest } = state;
  await lab.control.revokeKey(state.keyId ?? "");
  await lab.control.setDialect({ keyQuota: 1 });
  const yetToBeMade: ApiKeyState = { ...rest, pendingAction: "create" };
  const refused = unfinished(await update(lab.context(), yetToBeMade, inputs));
  expect(refused.reason).toBe(
    `Could not create the key "${inputs.uniqueName}": PayEngine answered 422 to POST ${lab.url}/api-keys: The ` +
      "account's quota of 1 keys is used up. No key was left behind. State remembers the name: run `pulumi up` again, " +
      "without --continue-on-error, to clear up and make another, or `pulumi destroy`.",
  );
  expect(refused.state).toMatchObject({
    ...inputs,
    pendingAction: "create",
    latestName: `${inputs.uniqueName}-r2`,
  });
  await lab.expectOnlyKeysOf();
});

test("a key without a value is revoked by its id while the list does not show it yet", async () => {
  await lab.control.setLag({ listMs: 600_000 });
  await lab.control.addFault({ operation: "createKey", kind: "valueMissing" });
  await lab.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 503 });
  const fresh = lab.inputs();
  const begun = unfinished(await create(lab.context(), fresh));
  expect(begun.state.strayKeyId).toBe((await lab.liveKeys())[0].id);
  const mended = completed(await update(lab.context(), begun.state, fresh));
  await lab.expectOnlyKeysOf(state, mended);
});
