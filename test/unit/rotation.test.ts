import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import { diff } from "../../provider/api-key/diff";
import { read } from "../../provider/api-key/read";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/state";
import { update } from "../../provider/api-key/update";
import { completed, messageThrownBy, newInputs, SandboxLab, thrownBy, unfinished } from "../sandbox-lab";

const DAY = 86_400_000;

let lab: SandboxLab;
let inputs: ApiKeyInputs;
let state: ApiKeyState;
beforeEach(async () => {
  lab = await SandboxLab.open();
  inputs = newInputs({ rotation: { triggers: { leak: 0 }, overlap: "7d" } });
  state = completed(await create(lab.context(), inputs));
});
afterEach(() => lab.close());

/** The inputs after the program has changed a trigger, and maybe more. */
const triggered = (leak: unknown, more: object = {}): ApiKeyInputs => ({
  ...inputs,
  rotation: { triggers: { leak }, overlap: "7d", ...more },
});
const rotate = async (from: ApiKeyState, to: ApiKeyInputs) =>
  completed(await update(lab.context(), from, to));
const difference = (from: ApiKeyState, to: ApiKeyInputs) => diff(from, to, lab.now());

/** Both keys of a state live, and nothing else. */
async function expectBothOf(held: ApiKeyState): Promise<void> {
  const ids = (await lab.liveKeys()).map(({ id }) => id);
  expect(ids.sort()).toEqual([held.keyId, held.previousKeyId].sort());
  expect(await lab.statusFor(held.token ?? "")).toBe(200);
  expect(await lab.statusFor(held.previousToken ?? "")).toBe(200);
}

test("a key that is to rotate is the first of its generations, and nothing of it changes by itself", async () => {
  expect(state).toMatchObject({ generation: 1, rotation: inputs.rotation });
  expect(difference(state, inputs)).toEqual({ changes: false, replaces: [] });
  await lab.expectOnlyKeysOf(state);
});

test("a changed trigger makes the next key in place, and the one before it works on", async () => {
  expect(difference(state, triggered(1))).toEqual({ changes: true, replaces: [] });
  const before = lab.now().getTime();
  const next = await rotate(state, triggered(1));
  expect(next).toMatchObject({
    name: `${inputs.uniqueName}-g2`,
    generation: 2,
    rotation: { triggers: { leak: 1 }, overlap: "7d" },
    previousKeyId: state.keyId,
    previousToken: state.token,
  });
  expect(Date.parse(next.rotatedAt ?? "")).toBeGreaterThanOrEqual(before);
  expect(Date.parse(next.previousRevokeAt ?? "") - Date.parse(next.rotatedAt ?? "")).toBe(7 * DAY);
  expect(next).not.toHaveProperty("pendingAction");
  await expectBothOf(next);
  expect(difference(next, triggered(1))).toEqual({ changes: false, replaces: [] });
});

test("a rotation costs one list, one POST and one try of the new key, beside the account's id", async () => {
  await lab.control.clearRequests();
  await rotate(state, triggered(1));
  expect(await lab.calls()).toEqual([
    "GET /api/merchant",
    "GET /api/api-keys",
    "POST /api/api-keys",
    "GET /api/merchant",
  ]);
});

test("the first update after previousRevokeAt revokes the previous key", async () => {
  const next = await rotate(state, triggered(1));
  await lab.advance(7 * DAY - 60_000);
  expect(difference(next, triggered(1)).changes).toBe(false);
  await lab.advance(60_000);
  expect(difference(next, triggered(1))).toEqual({ changes: true, replaces: [] });
  const after = await rotate(next, triggered(1));
  for (const gone of ["previousKeyId", "previousToken", "previousRevokeAt"])
    expect(after).not.toHaveProperty(gone);
  expect(after).toMatchObject({ keyId: next.keyId, token: next.token, rotatedAt: next.rotatedAt });
  await lab.expectOnlyKeysOf(after);
  expect(difference(after, triggered(1)).changes).toBe(false);
});

test("a previous key whose time is over goes before the next rotation, in the same update", async () => {
  const second = await rotate(state, triggered(1));
  await lab.advance(8 * DAY);
  const third = await rotate(second, triggered(2));
  expect(third).toMatchObject({
    generation: 3,
    name: `${inputs.uniqueName}-g3`,
    previousKeyId: second.keyId,
  });
  await expectBothOf(third);
});

test("a trigger during an overlap is refused with the date and the way out", async () => {
  const next = await rotate(state, triggered(1));
  const refusal = await thrownBy(() => difference(next, triggered(2)));
  expect((refusal as Error).message).toBe(
    `The key "${next.name}" cannot rotate again before ${next.previousRevokeAt}: until then the one before it is ` +
      "promised to work. Set rotation.triggers back and change it after that; or run `pulumi up --replace` with this " +
      "resource's URN, which makes a new key and revokes both at once.",
  );
  await lab.advance(7 * DAY);
  expect(difference(next, triggered(2)).changes).toBe(true);
});

test("removing triggers, or adding rotation to a key that had none, is no reason to rotate", async () => {
  const lasting = {
    ...inputs,
    rotation: { period: "90d", overlap: "7d" },
    rotateAt: "2099-01-01T00:00:00.000Z",
  };
  const kept = await rotate(state, lasting);
  expect(kept).toMatchObject({ keyId: state.keyId, generation: 1, rotation: lasting.rotation });
  expect(difference(kept, lasting).changes).toBe(false);

  const { rotation: _, ...without } = inputs;
  const bare = await rotate(state, without);
  expect(bare).not.toHaveProperty("rotation");
  expect(await rotate(bare, inputs)).toMatchObject({ keyId: state.keyId, rotation: inputs.rotation });
  await lab.expectOnlyKeysOf(state);
});

test("delete revokes the key and the one before it", async () => {
  await revokeAll(lab.context(), await rotate(state, triggered(1)));
  await lab.expectOnlyKeysOf();
});

test("delete revokes what an interrupted rotation left", async () => {
  await lab.context().api.createKey({ name: `${inputs.uniqueName}-g2-r2`, type: "private" });
  await revokeAll(lab.context(), state);
  await lab.expectOnlyKeysOf();
});

describe("overlap 0s", () => {
  const cut = (leak: unknown) => triggered(leak, { overlap: "0s" });

  test("replaces the key when a trigger changes or a period has ended", async () => {
    const now = await rotate(state, cut(0));
    expect(now.keyId).toBe(state.keyId);
    expect(difference(now, cut(1))).toEqual({ changes: true, replaces: ["rotation"] });
    const rotation = { period: "30d", overlap: "0s" };
    const due = { ...state, rotation, rotateAt: "2026-01-31T00:00:00.000Z" };
    const asked = { ...inputs, rotation, rotateAt: "2026-03-02T00:00:00.000Z" };
    expect(difference(due, asked)).toEqual({ changes: true, replaces: ["rotateAt"] });
  });

  test("set during an overlap keeps the promise, and replaces only once the previous key is gone", async () => {
    const next = await rotate(state, triggered(1));
    const promised = await rotate(next, cut(1));
    expect(promised.previousRevokeAt).toBe(next.previousRevokeAt);
    await expectBothOf(promised);
    await lab.advance(7 * DAY);
    expect(difference(promised, cut(2))).toEqual({ changes: true, replaces: [] });
    const single = await rotate(promised, cut(2));
    expect(single.keyId).toBe(next.keyId);
    await lab.expectOnlyKeysOf(single);
    expect(difference(single, cut(2))).toEqual({ changes: true, replaces: ["rotation"] });
  });
});

test("a shortened overlap keeps the promise that was made", async () => {
  const next = await rotate(state, triggered(1));
  const shortened = await rotate(next, triggered(1, { overlap: "1h" }));
  expect(shortened).toMatchObject({ previousRevokeAt: next.previousRevokeAt, rotation: { overlap: "1h" } });
  await expectBothOf(shortened);
});

test("a period shortened during an overlap rotates at the first update after previousRevokeAt", async () => {
  const begun = lab.now().getTime();
  const rotating = (days: number, end: number): ApiKeyInputs => ({
    ...inputs,
    rotation: { period: `${days}d`, triggers: { leak: 1 }, overlap: "7d" },
    rotateAt: new Date(begun + end * DAY).toISOString(),
  });
  const next = await rotate(state, rotating(90, 90));
  await lab.advance(2 * DAY);
  // Periods of one day: check has moved on to the third day.
  const shortened = rotating(1, 3);
  expect(difference(next, shortened)).toEqual({ changes: false, replaces: [] });
  const verified = await rotate(next, { ...shortened, verify: false });
  expect(verified).toMatchObject({ keyId: next.keyId, verify: false, rotateAt: next.rotateAt });
  await lab.advance(5 * DAY);
  const later = rotating(1, 8);
  expect(difference(verified, later)).toEqual({ changes: true, replaces: [] });
  expect(await rotate(verified, later)).toMatchObject({ generation: 3, rotateAt: later.rotateAt });
});

describe("a rotation that goes wrong", () => {
  const untouched = () => `The key in use, "${state.name}", was not touched.`;

  test("is a plain error where PayEngine refuses it", async () => {
    await lab.control.setDialect({ keyQuota: 1 });
    expect(await messageThrownBy(() => update(lab.context(), state, triggered(1)))).toBe(
      `Could not rotate the key "${state.name}" to "${state.name}-g2": PayEngine answered 422 to POST ${lab.url}/api-keys: ` +
        `The account's quota of 1 keys is used up. No key was left behind. ${untouched()}`,
    );
    await lab.expectOnlyKeysOf(state);
  });

  test("revokes a new key that does not work", async () => {
    await lab.control.setLag({ newKeyUnusableMs: 3_600_000 });
    expect(await messageThrownBy(() => update(lab.context(), state, triggered(1)))).toBe(
      `The key "${state.name}-g2" was made, but did not work within 30s: PayEngine answers 401 to it; it was revoked. ` +
        `Run \`pulumi up\` again, or give it longer by verify: { timeout }. ${untouched()}`,
    );
    await lab.control.setLag({});
    await lab.expectOnlyKeysOf(state);
  });

  test("keeps the key in use where the fate of the new one is not known, and the next update clears up", async () => {
    await lab.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
    await lab.control.addFault({ operation: "listKeys", kind: "statusBeforeCommit", status: 503, skip: 1 });
    const failed = unfinished(await update(lab.context(), state, triggered(1)));
    expect(failed.reason).toBe(
      `Could not rotate the key "${state.name}" to "${state.name}-g2": The connection to PayEngine was lost before an ` +
        `answer came; try again (POST ${lab.url}/api-keys, UND_ERR_SOCKET); and clearing up failed: PayEngine answered ` +
        `503 to GET ${lab.url}/api-keys: Status 503, as asked for by a fault. A key of that name may exist and nobody ` +
        `knows its value. ${untouched()} State remembers the name: run \`pulumi up\` again to clear up and rotate.`,
    );
    const { settleAfter = "", ...kept } = failed.state;
    expect(kept).toEqual({
      ...state,
      pendingAction: "settle",
      lostNames: [`${state.name}-g2`],
      latestName: `${state.name}-g2`,
    });
    // A list shows the key in use also while it lacks a newer one: a minute more has to pass.
    expect(Date.parse(settleAfter) - lab.now().getTime()).toBeGreaterThan(120_000);
    expect(difference(failed.state, triggered(1))).toEqual({ changes: true, replaces: [] });
    expect(await read(lab.context(), failed.state)).toEqual(failed.state);

    const next = await rotate(failed.state, triggered(1));
    expect(next).toMatchObject({ name: `${state.name}-g2-r2`, generation: 2, previousToken: state.token });
    expect(next).not.toHaveProperty("lostNames");
    await expectBothOf(next);
  });

  test("and is taken back in the program is settled by the next update", async () => {
    await lab.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
    await lab.control.addFault({ operation: "listKeys", kind: "statusBeforeCommit", status: 503, skip: 1 });
    const failed = unfinished(await update(lab.context(), state, triggered(1)));
    const settled = await rotate(failed.state, inputs);
    // PayEngine may never give that name again.
    expect(settled).toEqual({ ...state, latestName: `${state.name}-g2` });
    await lab.expectOnlyKeysOf(settled);
  });

  test("leaves a key of another name remembered by its id", async () => {
    await lab.control.addFault({ operation: "createKey", kind: "wrongName" });
    await lab.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 503 });
    const failed = unfinished(await update(lab.context(), state, triggered(1)));
    expect(failed.state).toMatchObject({ token: state.token, strayKeyId: expect.stringMatching(/^key_/) });
    await lab.expectOnlyKeysOf(await rotate(failed.state, inputs));
  });

  test("by an engine that has died ends without a new key", async () => {
    lab.engineLivesFor = 1;
    expect(await messageThrownBy(() => update(lab.context(), state, triggered(1)))).toBe(
      `Pulumi's engine ended before it could store the key "${state.name}-g2"; it was revoked. ${untouched()}`,
    );
    await lab.expectOnlyKeysOf(state);
  });

  test("while the engine has died sweeps nothing away that another update may have made", async () => {
    await lab.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
    lab.engineLivesFor = 1;
    const failed = unfinished(await update(lab.context(), state, triggered(1)));
    expect(failed.reason).toContain("and clearing up failed: Pulumi's engine has ended.");
    expect(await lab.liveKeys()).toHaveLength(2);
  });

  test("by a plugin that was killed is found by name when it is made again", async () => {
    await lab.context().api.createKey({ name: `${state.name}-g2`, type: "private" });
    await expectBothOf(await rotate(state, triggered(1)));
  });

  test("by a plugin that was killed is found by name when rotation has been removed since", async () => {
    await lab.context().api.createKey({ name: `${state.name}-g2`, type: "private" });
    const { rotation: _, ...without } = inputs;
    expect(difference(state, without)).toEqual({ changes: true, replaces: [] });
    await lab.expectOnlyKeysOf(await rotate(state, without));
  });

  test("does not begin while PayEngine's list is out of reach", async () => {
    await lab.control.addFault({ operation: "listKeys", kind: "statusBeforeCommit", status: 503 });
    expect(await messageThrownBy(() => update(lab.context(), state, triggered(1)))).toBe(
      `Could not look for what an interrupted rotation of the key "${state.name}" may have left: PayEngine answered 503 ` +
        `to GET ${lab.url}/api-keys: Status 503, as asked for by a fault. The key in use was not touched: run \`pulumi ` +
        "up` again.",
    );
    await lab.expectOnlyKeysOf(state);
  });

  test("in revoking the previous key keeps it in state", async () => {
    const next = await rotate(state, triggered(1));
    await lab.advance(7 * DAY);
    await lab.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 503 });
    expect(await messageThrownBy(() => update(lab.context(), next, triggered(1)))).toMatch(
      new RegExp(
        `^Could not revoke the previous key of "${next.name}" \\(${state.keyId}\\), whose time ended at `,
      ),
    );
    await expectBothOf(next);
  });
});

test("the provider's own credential is neither rotated nor revoked, also as a previous key", async () => {
  const own = lab.context({ credential: state.token ?? "" });
  const refused = (doing: string, name: string) =>
    `The key "${name}" is the credential that this provider works with; ${doing} it would lock the provider out. Set ` +
    "payengine:apiKey (or PAYENGINE_API_KEY) to another private key first.";
  expect(await messageThrownBy(() => update(own, state, triggered(1)))).toBe(refused("rotating", state.name));
  const next = await rotate(state, triggered(1));
  await lab.advance(7 * DAY);
  expect(await messageThrownBy(() => update(own, next, triggered(1)))).toBe(refused("revoking", next.name));
  expect(await messageThrownBy(() => revokeAll(own, next))).toBe(refused("revoking", next.name));
  await expectBothOf(next);
});
