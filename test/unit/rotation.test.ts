import { revokeAll } from "../../provider/api-key/delete";
import { diff } from "../../provider/api-key/diff";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { shortFingerprint } from "../../provider/payengine/key-value";
import { completed, SandboxHarness, thrownBy } from "../sandbox-harness";
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

const triggered = (leak: unknown, more: object = {}) => key.triggered(leak, more);
const rotate = (from: ApiKeyState, to: ApiKeyInputs) => key.rotate(from, to);
const difference = (from: ApiKeyState, to: ApiKeyInputs) => diff(from, to, harness.now());

test("an update without a reason to rotate changes nothing", async () => {
  expect(state).toMatchObject({ rotation: inputs.rotation });
  expect(difference(state, inputs)).toEqual({ changes: false, replaces: [] });
  await harness.expectOnlyKeysOf(state);
});

test("a changed trigger creates the next key in place, and the previous key still works", async () => {
  expect(difference(state, triggered(1))).toEqual({ changes: true, replaces: [] });
  const before = harness.now().getTime();
  const next = await rotate(state, triggered(1));
  expect(next).toMatchObject({
    name: `${inputs.uniqueName}-g2`,
    generation: 2,
    rotation: { triggers: { leak: 1 }, overlap: "7d" },
    previousKeyId: state.keyId,
    previousToken: state.token,
    previousRedactedToken: state.redactedToken,
    previousFingerprint: state.fingerprint,
  });
  expect(Date.parse(next.rotatedAt ?? "")).toBeGreaterThanOrEqual(before);
  expect(Date.parse(next.previousRevokeAt ?? "") - Date.parse(next.rotatedAt ?? "")).toBe(7 * DAY);
  expect(next).not.toHaveProperty("pendingAction");
  await harness.expectOnlyKeysOf(next);
  expect(difference(next, triggered(1))).toEqual({ changes: false, replaces: [] });
});

test("a rotation takes one list, one POST and one test of the key, and one more list in a new process", async () => {
  const second = await RotatingKey.create(harness);
  const costs = ["GET /api/api-keys", "POST /api/api-keys", "GET /api/merchant"];
  const context = harness.context();
  await harness.control.clearRequests();
  await update(context, state, triggered(1));
  expect(await harness.calls()).toEqual(["GET /api/api-keys", ...costs]);
  await harness.control.clearRequests();
  await update(context, second.state, second.triggered(1));
  expect(await harness.calls()).toEqual(costs);
});

test("a rotation by another credential of the account records the credential that created the new key", async () => {
  const other = await harness.control.newCredential("sandbox", "Developer");
  const next = completed(await update(harness.context({ credential: other.key }), state, triggered(1)));
  expect(next.credentialFingerprint).toBe(shortFingerprint(other.key));
  expect(next.apiUrl).toBe(harness.url);
  await harness.expectOnlyKeysOf(next);
  const later = await rotate(next, triggered(1));
  expect(later.credentialFingerprint).toBe(shortFingerprint(other.key));
});

test("the first update after previousRevokeAt revokes the previous key", async () => {
  const next = await rotate(state, triggered(1));
  await harness.advance(7 * DAY - 60_000);
  expect(difference(next, triggered(1)).changes).toBe(false);
  await harness.advance(60_000);
  expect(difference(next, triggered(1))).toEqual({ changes: true, replaces: [] });
  const after = await rotate(next, triggered(1));
  expect(Object.keys(after).filter((name) => name.startsWith("previous"))).toEqual([]);
  expect(after).toMatchObject({ keyId: next.keyId, token: next.token, rotatedAt: next.rotatedAt });
  await harness.expectOnlyKeysOf(after);
  expect(difference(after, triggered(1)).changes).toBe(false);
});

test("one update revokes a previous key whose overlap is over before it rotates again", async () => {
  const second = await rotate(state, triggered(1));
  await harness.advance(8 * DAY);
  const third = await rotate(second, triggered(2));
  expect(third).toMatchObject({
    generation: 3,
    name: `${inputs.uniqueName}-g3`,
    previousKeyId: second.keyId,
  });
  await harness.expectOnlyKeysOf(third);
});

test("a trigger during an overlap is refused with the end of the overlap and the next step", async () => {
  const next = await rotate(state, triggered(1));
  const refusal = await thrownBy(() => difference(next, triggered(2)));
  expect((refusal as Error).message).toBe(
    `The key "${next.name}" cannot rotate again before ${next.previousRevokeAt}: the previous key must work ` +
      "until then. Set rotation.triggers back and change it after that time. Or run `pulumi up --replace` with this resource's URN, which creates a new key and revokes both old ones at once.",
  );
  await harness.advance(7 * DAY);
  expect(difference(next, triggered(2)).changes).toBe(true);
});

test("removing triggers, or adding rotation to a key that had none, is no reason to rotate", async () => {
  const lasting = {
    ...inputs,
    rotation: { period: "90d", overlap: "7d" },
    rotateAt: new Date(harness.now().getTime() + 90 * DAY).toISOString(),
  };
  const kept = await rotate(state, lasting);
  expect(kept).toMatchObject({ keyId: state.keyId, rotation: lasting.rotation });
  expect(difference(kept, lasting).changes).toBe(false);

  const { rotation: _, ...without } = inputs;
  const bare = await rotate(state, without);
  expect(bare).not.toHaveProperty("rotation");
  expect(await rotate(bare, inputs)).toMatchObject({ keyId: state.keyId, rotation: inputs.rotation });
  await harness.expectOnlyKeysOf(state);
});

test("delete revokes the key and the previous key", async () => {
  await revokeAll(harness.context(), await rotate(state, triggered(1)));
  await harness.expectOnlyKeysOf();
});

test("delete revokes what an interrupted rotation left", async () => {
  await harness.context().client.createKey({ name: `${inputs.uniqueName}-g2-r2`, type: "private" });
  await revokeAll(harness.context(), state);
  await harness.expectOnlyKeysOf();
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

  test("set during an overlap keeps the previous key, and replaces the key only once that one is gone", async () => {
    const next = await rotate(state, triggered(1));
    const promised = await rotate(next, cut(1));
    expect(promised.previousRevokeAt).toBe(next.previousRevokeAt);
    await harness.expectOnlyKeysOf(promised);
    await harness.advance(7 * DAY);
    expect(difference(promised, cut(2))).toEqual({ changes: true, replaces: [] });
    const single = await rotate(promised, cut(2));
    expect(single.keyId).toBe(next.keyId);
    await harness.expectOnlyKeysOf(single);
    expect(difference(single, cut(2))).toEqual({ changes: true, replaces: ["rotation"] });
  });
});

test("a shortened overlap does not change previousRevokeAt", async () => {
  const next = await rotate(state, triggered(1));
  const shortened = await rotate(next, triggered(1, { overlap: "1h" }));
  expect(shortened).toMatchObject({ previousRevokeAt: next.previousRevokeAt, rotation: { overlap: "1h" } });
  await harness.expectOnlyKeysOf(shortened);
});

test("a period shortened during an overlap rotates at the first update after previousRevokeAt", async () => {
  const begun = harness.now().getTime();
  const rotating = (days: number, end: number): ApiKeyInputs => ({
    ...inputs,
    rotation: { period: `${days}d`, triggers: { leak: 1 }, overlap: "7d" },
    rotateAt: new Date(begun + end * DAY).toISOString(),
  });
  const next = await rotate(state, rotating(90, 90));
  await harness.advance(2 * DAY);
  // Periods of one day: check has moved on to the third day.
  const shortened = rotating(1, 3);
  expect(difference(next, shortened)).toEqual({ changes: false, replaces: [] });
  const verified = await rotate(next, { ...shortened, verify: false });
  expect(verified).toMatchObject({ keyId: next.keyId, verify: false, rotateAt: next.rotateAt });
  await harness.advance(5 * DAY);
  const later = rotating(1, 8);
  expect(difference(verified, later)).toEqual({ changes: true, replaces: [] });
  expect(await rotate(verified, later)).toMatchObject({ generation: 3, rotateAt: later.rotateAt });
});
