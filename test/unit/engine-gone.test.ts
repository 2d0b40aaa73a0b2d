import { create } from "../../provider/api-key/create";
import { update } from "../../provider/api-key/update";
import { completed, messageThrownBy, newInputs, SandboxLab } from "../sandbox-lab";

let lab: SandboxLab;
beforeEach(async () => {
  lab = await SandboxLab.open();
});
afterEach(() => lab.close());

const inputs = newInputs();
const gone = `Pulumi's engine ended before it could store the key "${inputs.uniqueName}`;

test("a key made while the engine died is revoked", async () => {
  lab.engineIsGone = true;
  expect(await messageThrownBy(() => create(lab.context(), inputs))).toBe(`${gone}"; it was revoked.`);
  await lab.expectOnlyKeysOf();
  expect(await lab.calls()).toContain("POST /api/api-keys");
});

test("a key made by an update while the engine died is revoked", async () => {
  const { token: _, ...damaged } = completed(await create(lab.context(), inputs));
  lab.engineIsGone = true;
  expect(await messageThrownBy(() => update(lab.context(), damaged, inputs))).toBe(
    `${gone}-r2"; it was revoked.`,
  );
  await lab.expectOnlyKeysOf();
});

test("an update that made no key revokes none when the engine has died", async () => {
  const state = completed(await create(lab.context(), inputs));
  lab.engineIsGone = true;
  await update(lab.context(), state, inputs);
  await lab.expectOnlyKeysOf(state);
});

test("a key that cannot be revoked then is left to the pending operation in state", async () => {
  lab.engineIsGone = true;
  await lab.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 500 });
  expect(await messageThrownBy(() => create(lab.context(), inputs))).toMatch(
    new RegExp(
      `^${gone}", and it could not be revoked: PayEngine answered 500 to DELETE ${lab.url}/api-keys/key_[0-9a-f]{16}: ` +
        "Status 500, as asked for by a fault\\. The pending operation in state names it\\.$",
    ),
  );
});
