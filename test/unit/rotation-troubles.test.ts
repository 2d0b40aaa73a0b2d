import { revokeAll } from "../../provider/api-key/delete";
import { diff } from "../../provider/api-key/diff";
import { read } from "../../provider/api-key/read";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { abridged } from "../abridged";
import { completed, messageThrownBy, SandboxHarness, unfinished } from "../sandbox-harness";
import { RotatingKey } from "./rotating-key";

const DAY = 86_400_000;

let harness: SandboxHarness;
let key: RotatingKey;
let inputs: ApiKeyInputs;
let state: ApiKeyState;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  key = await RotatingKey.create(harness);
  ({ inputs, state } = key);
});
afterEach(() => harness.close());

const triggered = (leak: unknown) => key.triggered(leak);
const rotate = (from: ApiKeyState, to: ApiKeyInputs) => key.rotate(from, to);
const difference = (from: ApiKeyState, to: ApiKeyInputs) => diff(from, to, harness.now());

describe("a rotation that fails", () => {
  const untouched = () => `The key in use, "${state.name}", is unchanged.`;

  test("is a plain error when PayEngine refuses the new key", async () => {
    await harness.control.setDialect({ keyQuota: 1 });
    expect(await messageThrownBy(() => update(harness.context(), state, triggered(1)))).toBe(
      `Could not rotate the key "${state.name}" to "${state.name}-g2": PayEngine returned 422 for POST ${harness.url}/api-keys: ` +
        `The account's quota of 1 keys is used up. No key was left behind. ${untouched()}`,
    );
    await harness.expectOnlyKeysOf(state);
  });

  test("revokes a new key that does not work", async () => {
    await harness.control.setLag({ newKeyUnusableMs: 3_600_000 });
    expect(await messageThrownBy(() => update(harness.context(), state, triggered(1)))).toEqual(
      abridged(`The key "${state.name}-g2" was created, but did not work`, "it was revoked.", untouched()),
    );
    await harness.control.setLag({});
    await harness.expectOnlyKeysOf(state);
  });

  test("keeps the key in use if the outcome of its request is unknown, and the next update revokes leftover keys", async () => {
    await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
    await harness.control.addFault({
      operation: "listKeys",
      kind: "statusBeforeCommit",
      status: 503,
      skip: 2,
    });
    const failed = unfinished(await update(harness.context(), state, triggered(1)));
    expect(failed.reason).toEqual(
      abridged(
        `Could not rotate the key "${state.name}" to "${state.name}-g2": The connection to PayEngine was lost`,
        "cleanup failed too: PayEngine returned 503 for GET",
        "A key with that name may still be active",
        `${untouched()} State keeps the new name: run \`pulumi up\` again to revoke what is left and rotate.`,
      ),
    );
    const { reconcileAfter = "", ...kept } = failed.state;
    expect(kept).toEqual({
      ...state,
      pendingAction: "reconcile",
      unresolvedNames: [`${state.name}-g2`],
      latestName: `${state.name}-g2`,
    });
    // A list may show the key in use but not a newer one yet, so another minute must pass.
    expect(Date.parse(reconcileAfter) - harness.now().getTime()).toBeGreaterThan(120_000);
    expect(difference(failed.state, triggered(1))).toEqual({ changes: true, replaces: [] });
    expect(await read(harness.context(), failed.state)).toEqual(failed.state);

    const next = await rotate(failed.state, triggered(1));
    expect(next).toMatchObject({ name: `${state.name}-g2-r2`, generation: 2, previousToken: state.token });
    expect(next).not.toHaveProperty("unresolvedNames");
    await harness.expectOnlyKeysOf(next);
  });

  test("is reconciled by the next update if the program sets the trigger back", async () => {
    await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
    await harness.control.addFault({
      operation: "listKeys",
      kind: "statusBeforeCommit",
      status: 503,
      skip: 2,
    });
    const failed = unfinished(await update(harness.context(), state, triggered(1)));
    const reconciled = await rotate(failed.state, inputs);
    // PayEngine may never accept that name again.
    expect(reconciled).toEqual({ ...state, latestName: `${state.name}-g2` });
    await harness.expectOnlyKeysOf(reconciled);
  });

  test("stores the id of a new key with another name", async () => {
    await harness.control.addFault({ operation: "createKey", kind: "wrongName" });
    await harness.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 503 });
    const failed = unfinished(await update(harness.context(), state, triggered(1)));
    const [made] = await harness.liveKeys();
    expect(failed.state).toMatchObject({
      token: state.token,
      orphanKeyIds: { [`${state.name}-g2`]: made?.id },
    });
    await harness.expectOnlyKeysOf(await rotate(failed.state, inputs));
  });

  test("after the engine's death ends without a new key", async () => {
    harness.engineLivesFor = 2;
    expect(await messageThrownBy(() => update(harness.context(), state, triggered(1)))).toEqual(
      abridged("Pulumi's engine ended", `"${state.name}-g2"; it was revoked. ${untouched()}`),
    );
    await harness.expectOnlyKeysOf(state);
  });

  test("after the engine's death revokes nothing that another update may have created", async () => {
    await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
    harness.engineLivesFor = 2;
    const failed = unfinished(await update(harness.context(), state, triggered(1)));
    expect(failed.reason).toContain("cleanup failed too: Pulumi's engine has ended.");
    expect(await harness.liveKeys()).toHaveLength(2);
  });

  test("revokes nothing if the engine ends while the list is read", async () => {
    await harness.context().client.createKey({ name: `${state.name}-g2`, type: "private" });
    harness.engineLivesFor = 1;
    const interrupted = { ...state, pendingAction: "reconcile" as const };
    expect(completed(await update(harness.context(), interrupted, inputs))).toEqual(interrupted);
    expect(await harness.liveKeys()).toHaveLength(2);
  });

  test("after its plugin was killed is found by name when it is repeated", async () => {
    await harness.context().client.createKey({ name: `${state.name}-g2`, type: "private" });
    await harness.expectOnlyKeysOf(await rotate(state, triggered(1)));
  });

  test("after its plugin was killed is found by name after rotation was removed", async () => {
    await harness.context().client.createKey({ name: `${state.name}-g2`, type: "private" });
    const { rotation: _, ...without } = inputs;
    expect(difference(state, without)).toEqual({ changes: true, replaces: [] });
    await harness.expectOnlyKeysOf(await rotate(state, without));
  });

  test("does not begin while PayEngine's list is unreachable", async () => {
    await harness.control.addFault({ operation: "listKeys", kind: "statusBeforeCommit", status: 503 });
    expect(await messageThrownBy(() => update(harness.context(), state, triggered(1)))).toBe(
      `Could not look for leftover keys of an interrupted rotation of "${state.name}": PayEngine returned 503 ` +
        `for GET ${harness.url}/api-keys: Status 503, as asked for by a fault. The key in use is unchanged: run \`pulumi ` +
        "up` again.",
    );
    await harness.expectOnlyKeysOf(state);
  });

  test("to revoke the previous key keeps it in state", async () => {
    const next = await rotate(state, triggered(1));
    await harness.advance(7 * DAY);
    await harness.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 503 });
    expect(await messageThrownBy(() => update(harness.context(), next, triggered(1)))).toMatch(
      new RegExp(
        `^Could not revoke the previous key of "${next.name}" \\(${state.keyId}\\), whose overlap ends at `,
      ),
    );
    await harness.expectOnlyKeysOf(next);
  });
});

test("the provider's own credential is neither rotated nor revoked, even as a previous key", async () => {
  const own = harness.context({ credential: state.token ?? "" });
  const refused = (doing: string, key: string) =>
    `The ${key} is the provider credential; ${doing} it would lock the provider out. Set ` +
    "payengine:apiKey (or PAYENGINE_API_KEY) to another private key first.";
  expect(await messageThrownBy(() => update(own, state, triggered(1)))).toBe(
    refused("rotating", `key "${state.name}"`),
  );
  const next = await rotate(state, triggered(1));
  await harness.advance(7 * DAY);
  expect(await messageThrownBy(() => update(own, next, triggered(1)))).toBe(
    refused("revoking", `previous key of "${next.name}"`),
  );
  expect(await messageThrownBy(() => revokeAll(own, next))).toBe(
    refused("revoking", `previous key of "${next.name}"`),
  );
  await harness.expectOnlyKeysOf(next);
});

test("the previous key is revoked when the credential is the key in use", async () => {
  const next = await rotate(state, triggered(1));
  await harness.advance(7 * DAY);
  const own = harness.context({ credential: next.token ?? "" });
  await harness.expectOnlyKeysOf(completed(await update(own, next, triggered(1))));
});

test("the key in use proves that the previous key is gone, even without a known account", async () => {
  const next = await rotate(state, triggered(1));
  expect(next).not.toHaveProperty("accountId");
  await harness.control.revokeKey(state.keyId ?? "");
  expect(await read(harness.context(), next)).not.toHaveProperty("previousKeyId");
  await harness.advance(7 * DAY);
  const after = completed(await update(harness.context(), next, triggered(1)));
  await harness.expectOnlyKeysOf(after);
  await revokeAll(harness.context(), { ...after, previousKeyId: state.keyId, previousToken: state.token });
  await harness.expectOnlyKeysOf();
});

test("read keeps a key in use that is gone while the previous key works, even with a lagging list", async () => {
  await harness.control.setLag({ listMs: 600_000 });
  const next = await rotate(state, triggered(1));
  await harness.advance(61_000);
  await harness.control.revokeKey(next.keyId ?? "");
  expect(await read(harness.context(), next)).toMatchObject({
    ...{ pendingAction: "create", previousKeyId: state.keyId, previousToken: state.token },
  });
});

test("a key of another user that is named like a much later generation is not revoked", async () => {
  const names = ["-g9", "-g1"].map((marks) => `${state.uniqueName}${marks}`);
  const { client } = harness.context();
  for (const name of names) await client.createKey({ name, type: "private" });
  const others = async () =>
    (await harness.liveKeys()).map(({ name }) => name).filter((name) => names.includes(name));

  const rotated = await rotate(state, triggered(1));
  await update(
    harness.context(),
    { ...rotated, pendingAction: "reconcile", unresolvedNames: [rotated.name] },
    triggered(1),
  );
  expect((await others()).sort()).toEqual([...names].sort());
  await revokeAll(harness.context(), rotated);
  expect((await harness.liveKeys()).map(({ name }) => name).sort()).toEqual([...names].sort());
});
