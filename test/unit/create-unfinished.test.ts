import type { FaultInput } from "payengine-sandbox";
import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import { read } from "../../provider/api-key/read";
import type { ApiKeyInputs } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { shortFingerprint } from "../../provider/payengine/key-value";
import { abridged } from "../abridged";
import { completed, messageThrownBy, newInputs, SandboxHarness, unfinished } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  inputs = harness.inputs({ uniqueName: name });
});
afterEach(() => harness.close());

let inputs: ApiKeyInputs;
const name = newInputs().uniqueName;
const maybeLeft =
  "A key with that name may still be active; its value was lost. State keeps the name: " +
  "run `pulumi up` again, without --continue-on-error, to revoke what is left and create another key, or run `pulumi destroy`.";

/** Faults that lose a POST and make the recovery after it fail. */
const failedRecoveries: Record<string, { faults: FaultInput[]; reason: string[] }> = {
  "the list answers 500": {
    faults: [
      { operation: "createKey", kind: "dropAfterCommit" },
      { operation: "listKeys", kind: "statusBeforeCommit", status: 500, skip: 1 },
    ],
    reason: ["The connection to PayEngine was lost", "cleanup failed too: PayEngine returned 500 for GET"],
  },
  "the list is a web page": {
    faults: [
      { operation: "createKey", kind: "statusAfterCommit", status: 502, body: "empty" },
      { operation: "listKeys", kind: "html200", skip: 1 },
    ],
    reason: ["PayEngine returned 502 for POST", "cleanup failed too: The response to GET", "is not JSON"],
  },
  "the list is cut off": {
    faults: [
      { operation: "createKey", kind: "truncatedBody" },
      { operation: "listKeys", kind: "truncatedBody", skip: 1 },
    ],
    reason: ["PayEngine's response was cut off", "cleanup failed too: PayEngine's response was cut off"],
  },
  "the revocation of the orphan fails": {
    faults: [
      { operation: "createKey", kind: "dropAfterCommit" },
      { operation: "revokeKey", kind: "statusBeforeCommit", status: 503 },
    ],
    reason: ["The connection to PayEngine was lost", "cleanup failed too: PayEngine returned 503 for DELETE"],
  },
  "the key without a value cannot be revoked": {
    faults: [
      { operation: "createKey", kind: "valueMissing" },
      { operation: "revokeKey", kind: "statusBeforeCommit", status: 503 },
    ],
    reason: ["The response did not include the key's value", "cleanup failed too: PayEngine returned 503"],
  },
};

describe.each(Object.entries(failedRecoveries))("when a POST is lost and %s", (_case, { faults, reason }) => {
  const begin = async () => {
    for (const fault of faults) await harness.control.addFault(fault);
    return unfinished(await create(harness.context(), inputs));
  };

  test("the state has no token and names the key", async () => {
    const outcome = await begin();
    expect(outcome.reason).toEqual(
      abridged(`Could not create the key "${name}": `, ...reason, ` ${maybeLeft}`),
    );
    expect(outcome.state).toMatchObject({ ...inputs, name, pendingAction: "create" });
    expect(outcome.state).not.toHaveProperty("token");
    expect(outcome.state.unresolvedNames).toEqual([name]);
  });

  test("the next update revokes every key with that name and creates the key", async () => {
    const { state } = await begin();
    const repaired = completed(await update(harness.context(), state, inputs));
    expect(repaired.name).toBe(`${name}-r2`);
    await harness.expectOnlyKeysOf(repaired);
  });

  test("a refresh in between keeps the pending action", async () => {
    const { state } = await begin();
    const refreshed = await read(harness.context(), state);
    expect(refreshed).toMatchObject({ pendingAction: "create", unresolvedNames: [name], uniqueName: name });
  });

  test("delete revokes all keys with that name", async () => {
    const { state } = await begin();
    await harness.advance(65_001);
    await revokeAll(harness.context(), state);
    await harness.expectOnlyKeysOf();
  });
});

test("create does not accept text that cannot be a private key's value", async () => {
  await harness.control.addFault({
    operation: "createKey",
    kind: "maskedValue",
    form: "dots",
    times: "always",
  });
  expect(await messageThrownBy(() => create(harness.context(), inputs))).toContain(
    "The response did not include the key's value",
  );
  await harness.expectOnlyKeysOf();
});

test("create ends unfinished after three attempts while PayEngine stays unreachable", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "dropBeforeCommit", times: "always" });
  const { state, reason } = unfinished(await create(harness.context(), inputs));
  expect(reason).toEqual(
    abridged(`Could not create the key "${name}": The connection to PayEngine was lost`, `. ${maybeLeft}`),
  );
  expect(state).toMatchObject({
    latestName: `${name}-r3`,
    unresolvedNames: [name, `${name}-r2`, `${name}-r3`],
    pendingAction: "create",
  });
  await harness.control.clearFaults();
  const repaired = completed(await update(harness.context(), state, inputs));
  expect(repaired).toMatchObject({
    name: `${name}-r4`,
    pendingAction: "reconcile",
    unresolvedNames: [name, `${name}-r2`, `${name}-r3`],
  });
  await harness.expectOnlyKeysOf(repaired);
});

test("create ends with a plain error after three lost requests whose keys were all revoked", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit", times: "always" });
  expect(await messageThrownBy(() => create(harness.context(), inputs))).toEqual(
    abridged(
      `Could not create the key "${name}": The connection to PayEngine was lost`,
      ". No key was left behind.",
    ),
  );
  await harness.expectOnlyKeysOf();
});

test("a role lost after a lost POST keeps the name in state", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  await harness.control.addFault({ operation: "listKeys", kind: "statusBeforeCommit", status: 403, skip: 1 });
  const { state, reason } = unfinished(await create(harness.context(), inputs));
  expect(reason).toContain("the Admin or Developer role");
  const repaired = completed(await update(harness.context(), state, inputs));
  await harness.expectOnlyKeysOf(repaired);
});

test("a credential revoked after a lost POST keeps the name in state, and another credential recovers", async () => {
  const second = await harness.control.newCredential("sandbox", "Developer");
  const its = { ...inputs, credentialFingerprint: shortFingerprint(second.key) };
  const context = harness.context({ credential: second.key });
  await context.place();
  await context.readableList();
  await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  await harness.control.addFault({ operation: "listKeys", kind: "statusBeforeCommit", status: 401 });
  const { state } = unfinished(await create(context, its));
  await harness.control.revokeKey(second.keyId);
  expect(
    await messageThrownBy(() => update(harness.context({ credential: second.key }), state, its)),
  ).toContain(
    `Could not revoke what an unfinished creation of the key "${name}" left: PayEngine returned 401 for GET`,
  );
  // Its own key, found by its exact name, proves the account for another credential.
  await harness.expectOnlyKeysOf(completed(await update(harness.context(), state, its)));
});

test("an update that cannot revoke leftover keys fails and changes nothing", async () => {
  await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  await harness.control.addFault({
    operation: "listKeys",
    kind: "statusBeforeCommit",
    status: 500,
    // The creation's sweep, the update's first list and its sweep.
    times: 3,
    skip: 1,
  });
  const { state } = unfinished(await create(harness.context(), inputs));
  expect(await messageThrownBy(() => update(harness.context(), state, inputs))).toEqual(
    abridged(
      `Could not revoke what an unfinished creation of the key "${name}" left: PayEngine returned 500 for GET`,
      "A key with that name may still be active",
      "State keeps the name: run `pulumi up` again, without --continue-on-error, once PayEngine responds.",
    ),
  );
  expect(await harness.liveKeys()).toHaveLength(1);
});
