import { check } from "../../provider/api-key/check";
import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import { diff } from "../../provider/api-key/diff";
import { read } from "../../provider/api-key/read";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { completed, SandboxHarness } from "../sandbox-harness";

const MINUTE = 60_000;
const DAY = 86_400_000;
const YEAR = 365 * DAY;

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
});
afterEach(() => harness.close());

/** By PayEngine's clock, in milliseconds from now. */
const fromNow = (time = "") => Date.parse(time) - Date.now() - harness.advancedMs;

/** The result of check for a program with this rotation, by the machine's clock. */
function checked(olds: object, rotation: object | undefined): ApiKeyInputs {
  const settings = {
    apiUrl: harness.url,
    credential: harness.credential,
    accountId: undefined,
    formerApiUrl: undefined,
    requestTimeout: 5_000,
    maxRetries: 0,
    contract: DEFAULT_CONTRACT,
  };
  const program = {
    type: "private",
    defaultNamePrefix: "shop-prod-checkout",
    digits: "0123456789",
    rotation,
  };
  const surroundings = { configuration: { kind: "ready", settings } as const, env: {}, now: harness.now() };
  const { inputs, failures } = check(olds, program, surroundings);
  expect(failures).toEqual([]);
  return inputs as ApiKeyInputs;
}

/** One `pulumi up`. Like the engine, it calls update only if diff reports a change. */
async function up(olds: ApiKeyInputs, state: ApiKeyState, rotation: object | undefined) {
  const inputs = checked(olds, rotation);
  const { changes, replaces } = diff(state, inputs, harness.now());
  expect(replaces).toEqual([]);
  return {
    inputs,
    changes,
    state: changes ? completed(await update(harness.context(), state, inputs)) : state,
  };
}

/** A new key. */
async function made(rotation: object | undefined) {
  const inputs = checked({}, rotation);
  return { inputs, state: completed(await create(harness.context(), inputs)) };
}

const monthly = { period: "30d", overlap: "7d" };

describe("on a machine whose clock is a year ahead", () => {
  test("a new key rotates within a period by PayEngine's clock, and every other machine agrees", async () => {
    harness.skewMs = YEAR;
    const { inputs, state } = await made(monthly);
    expect(fromNow(state.rotateAt)).toBeGreaterThan(0);
    expect(fromNow(state.rotateAt)).toBeLessThanOrEqual(30 * DAY);
    harness.skewMs = 0;
    expect(await up(inputs, state, monthly)).toMatchObject({
      changes: false,
      inputs: { rotateAt: state.rotateAt },
    });
  });

  test("a rotation that is not due by PayEngine's clock is skipped with a warning, and happens on time", async () => {
    const { inputs, state } = await made(monthly);
    harness.skewMs = YEAR;
    const wrong = await up(inputs, state, monthly);
    expect(wrong).toMatchObject({ changes: true, state });
    expect(harness.warnings).toEqual([
      `warning: ${state.name}: by PayEngine's clock, the rotation is not due before ${state.rotateAt}. The key was not rotated.`,
    ]);
    harness.skewMs = 0;
    const right = await up(wrong.inputs, wrong.state, monthly);
    expect(right).toMatchObject({ changes: false, inputs: { rotateAt: state.rotateAt } });
    await harness.advance(31 * DAY);
    const rotated = await up(right.inputs, right.state, monthly);
    expect(rotated.state).toMatchObject({ generation: 2, previousKeyId: state.keyId });
    await harness.expectOnlyKeysOf(rotated.state);
  });

  test("a rotation that is due happens, with times of PayEngine's clock", async () => {
    const { inputs, state } = await made(monthly);
    await harness.advance(31 * DAY);
    harness.skewMs = YEAR;
    const rotated = await up(inputs, state, monthly);
    expect(rotated.state).toMatchObject({ generation: 2 });
    expect(fromNow(rotated.state.rotateAt)).toBeCloseTo(29 * DAY, -5);
    expect(fromNow(rotated.state.previousRevokeAt)).toBeLessThanOrEqual(7 * DAY);
    harness.skewMs = 0;
    const right = await up(rotated.inputs, rotated.state, monthly);
    expect(right).toMatchObject({ changes: false, inputs: { rotateAt: rotated.state.rotateAt } });
  });

  test("the previous key is not revoked before its time by PayEngine's clock", async () => {
    const triggers = (leak: number) => ({ triggers: { leak }, overlap: "7d" });
    const { inputs, state } = await made(triggers(0));
    const rotated = await up(inputs, state, triggers(1));
    harness.skewMs = YEAR;
    const wrong = await up(rotated.inputs, rotated.state, triggers(1));
    expect(wrong).toMatchObject({ changes: true, state: rotated.state });
    await harness.expectOnlyKeysOf(rotated.state);
    await up(wrong.inputs, wrong.state, triggers(2));
    expect(harness.warnings).toEqual([
      `warning: ${rotated.state.name}: by PayEngine's clock, the previous key must work until ` +
        `${rotated.state.previousRevokeAt}. The key was not rotated.`,
    ]);
    await harness.expectOnlyKeysOf(rotated.state);
  });

  test("the wait for a lost request is as long as on any other machine", async () => {
    harness.skewMs = YEAR;
    await harness.control.addFault({ operation: "createKey", kind: "dropBeforeCommit" });
    const { state } = await made(undefined);
    expect(state.pendingAction).toBe("reconcile");
    expect(fromNow(state.reconcileAfter)).toBeLessThanOrEqual(65_000);
  });
});

describe("on a machine whose clock is a year behind", () => {
  test("a new key rotates within a period by PayEngine's clock, and every other machine agrees", async () => {
    harness.skewMs = -YEAR;
    const { inputs, state } = await made(monthly);
    expect(fromNow(state.rotateAt)).toBeGreaterThan(0);
    expect(fromNow(state.rotateAt)).toBeLessThanOrEqual(30 * DAY);
    const again = await up(inputs, state, monthly);
    expect(again.state.rotateAt).toBe(state.rotateAt);
    harness.skewMs = 0;
    const right = await up(again.inputs, again.state, monthly);
    expect(right).toMatchObject({ changes: false, inputs: { rotateAt: state.rotateAt } });
  });

  test("an update does not change the time of the next rotation", async () => {
    const { inputs, state } = await made(monthly);
    harness.skewMs = -YEAR;
    const wrong = await up(inputs, state, monthly);
    expect(wrong.state).toEqual(state);
    harness.skewMs = 0;
    const right = await up(wrong.inputs, wrong.state, monthly);
    expect(right).toMatchObject({ changes: false, inputs: { rotateAt: state.rotateAt } });
  });

  test("an update revokes a previous key whose time is over by PayEngine's clock", async () => {
    const triggers = (leak: number) => ({ triggers: { leak }, overlap: "7d" });
    const { inputs, state } = await made(triggers(0));
    const rotated = await up(inputs, state, triggers(1));
    await harness.advance(8 * DAY);
    harness.skewMs = -YEAR;
    const later = completed(
      await update(harness.context(), rotated.state, { ...rotated.inputs, verify: false }),
    );
    expect(later).not.toHaveProperty("previousKeyId");
    await harness.expectOnlyKeysOf(later);
  });
});

describe("a time in state that is too far in the future", () => {
  const was = (name: string, property: string, before = "", after = "") =>
    `warning: ${name}: ${property} was ${before}, which is too far in the future: a machine whose clock was ahead ` +
    `wrote it. It is now ${after}.`;
  const later = (time: string | undefined, milliseconds: number) =>
    new Date(Date.parse(time ?? "") + milliseconds).toISOString();

  test("rotateAt is corrected to the next time on its grid, with a warning", async () => {
    const { inputs, state } = await made(monthly);
    const rotateAt = later(state.rotateAt, 12 * 30 * DAY);
    const after = await up({ ...inputs, rotateAt }, { ...state, rotateAt }, monthly);
    expect(after).toMatchObject({ changes: true, inputs: { rotateAt: state.rotateAt } });
    expect(after.state).toEqual(state);
    expect(harness.warnings).toEqual([was(state.name, "rotateAt", rotateAt, state.rotateAt)]);
  });

  test("previousRevokeAt is corrected to one overlap from now, with a warning; then the previous key is revoked", async () => {
    const triggers = (leak: number) => ({ triggers: { leak }, overlap: "7d" });
    const { inputs, state } = await made(triggers(0));
    const rotated = await up(inputs, state, triggers(1));
    const rotatedAt = later(rotated.state.rotatedAt, YEAR);
    const previousRevokeAt = later(rotated.state.previousRevokeAt, YEAR);
    const ahead = { ...rotated.state, rotatedAt, previousRevokeAt };
    const after = await up(rotated.inputs, ahead, triggers(1));
    expect(Math.abs(fromNow(after.state.previousRevokeAt) - 7 * DAY)).toBeLessThan(MINUTE);
    expect(harness.warnings).toEqual([
      was(ahead.name, "previousRevokeAt", previousRevokeAt, after.state.previousRevokeAt),
    ]);
    await harness.expectOnlyKeysOf(after.state);
    await harness.advance(7 * DAY);
    const last = await up(after.inputs, after.state, triggers(1));
    expect(last.state).not.toHaveProperty("previousKeyId");
    await harness.expectOnlyKeysOf(last.state);
  });

  test("reconcileAfter is corrected to the request timeout plus two minutes from now, with a warning", async () => {
    await harness.control.addFault({ operation: "createKey", kind: "dropBeforeCommit" });
    const { inputs, state } = await made(undefined);
    const reconcileAfter = later(state.reconcileAfter, YEAR);
    const after = await up(inputs, { ...state, reconcileAfter }, undefined);
    expect(fromNow(after.state.reconcileAfter)).toBeLessThanOrEqual(5_000 + 2 * MINUTE);
    expect(harness.warnings).toEqual([
      was(state.name, "reconcileAfter", reconcileAfter, after.state.reconcileAfter),
    ]);
    await harness.advance(3 * MINUTE);
    const last = await up(after.inputs, after.state, undefined);
    expect(last.state).not.toHaveProperty("pendingAction");
    await revokeAll(harness.context(), last.state);
  });
});

test("on a machine whose clock is an hour behind, a public key that was deleted minutes ago is gone", async () => {
  const state = completed(await create(harness.context(), harness.inputs({ type: "public" })));
  await harness.control.revokeKey(state.keyId ?? "");
  harness.skewMs = -60 * MINUTE;
  await expect(read(harness.context(), state)).rejects.toThrow("less than a minute ago");
  await harness.advance(2 * MINUTE);
  expect(await read(harness.context(), state)).toBeUndefined();
});
