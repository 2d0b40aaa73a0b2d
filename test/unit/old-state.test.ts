import { revokeAll } from "../../provider/api-key/delete";
import { read } from "../../provider/api-key/read";
import type { ApiKeyState } from "../../provider/api-key/schema";
import { update } from "../../provider/api-key/update";
import { completed, messageThrownBy, SandboxHarness } from "../sandbox-harness";
import { RotatingKey } from "./rotating-key";

const DAY = 86_400_000;

let harness: SandboxHarness;
let key: RotatingKey;
/** The state before the last rotation, like a restored backup. */
let old: ApiKeyState;
/** The state after it. */
let latest: ApiKeyState;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  key = await RotatingKey.create(harness);
  old = key.state;
  latest = await key.rotate(old, key.triggered(1));
});
afterEach(() => harness.close());

const use = (token = "") => harness.statusFor(token);
const restore =
  "If you restored this state from a backup, restore the latest one. If nothing uses that key, revoke it in PayEngine's " +
  "dashboard. Then run this again.";

describe("under a restored old state", () => {
  test("an update does not revoke a later rotation's key that is in use, and reports that state is old", async () => {
    await harness.advance(DAY);
    await use(latest.token);
    const [used] = await harness.liveKeys();
    const message = await messageThrownBy(() => update(harness.context(), old, key.triggered(2)));
    expect(message).toBe(
      `Could not look for leftover keys of an interrupted rotation of "${old.name}": The key "${latest.name}" ` +
        `(${latest.keyId}) is not in state and was not revoked: it was last used at ` +
        `${new Date(used?.lastUsedAt ?? 0).toISOString()}. ${restore} The key in use is unchanged: run \`pulumi up\` again.`,
    );
    await harness.expectOnlyKeysOf(latest);
  });

  test("an update from which rotation was removed does not revoke it either, and warns", async () => {
    await harness.advance(DAY);
    await use(latest.token);
    const { rotation: _, ...inputs } = key.inputs;
    const state = completed(await update(harness.context(), old, inputs));
    expect(harness.warnings).toEqual([
      expect.stringContaining(`The key "${latest.name}" (${latest.keyId}) is not in state`),
    ]);
    expect(state).toMatchObject({ keyId: old.keyId, pendingAction: "reconcile" });
    await harness.expectOnlyKeysOf(latest);
  });

  test("refresh and update do not revoke it after its predecessor was revoked", async () => {
    await harness.advance(8 * DAY);
    const without = await key.rotate(latest, key.triggered(1));
    await use(latest.token);
    const refreshed = await read(harness.context(), old);
    expect(refreshed).toMatchObject({ pendingAction: "create" });
    const message = await messageThrownBy(() =>
      update(harness.context(), refreshed as ApiKeyState, key.triggered(1)),
    );
    expect(message).toContain(`The key "${latest.name}" (${latest.keyId}) is not in state`);
    await harness.expectOnlyKeysOf(without);
  });

  test("destroy does not revoke it", async () => {
    await harness.advance(DAY);
    await use(latest.token);
    expect(await messageThrownBy(() => revokeAll(harness.context(), old))).toContain(
      `The key "${latest.name}" (${latest.keyId}) is not in state`,
    );
    await harness.expectOnlyKeysOf(latest);
  });
});

describe("a key of the next generation that is not in state", () => {
  test("is revoked if only the provider has tested it, at any age", async () => {
    await harness.advance(30 * DAY);
    await use(old.token);
    const next = await key.rotate(old, key.triggered(2));
    await harness.expectOnlyKeysOf(next);
  });

  test("is revoked at once if PayEngine does not show last use", async () => {
    await harness.speak({ shows: { lastUsedAt: false } });
    const next = await key.rotate(old, key.triggered(2));
    await harness.expectOnlyKeysOf(next);
  });

  test("is not revoked if PayEngine does not show last use and it was created more than a day ago", async () => {
    await harness.speak({ shows: { lastUsedAt: false } });
    await harness.advance(2 * DAY);
    const message = await messageThrownBy(() => update(harness.context(), old, key.triggered(2)));
    expect(message).toContain("PayEngine does not show whether it is in use");
    await harness.expectOnlyKeysOf(latest);
  });
});
