import { ACCOUNT_IDS } from "payengine-sandbox";
import { create } from "../../provider/api-key/create";
import { read } from "../../provider/api-key/read";
import type { ApiKeyState } from "../../provider/api-key/schema";
import { fingerprint } from "../../provider/payengine/key-value";
import { completed, messageThrownBy, SandboxHarness } from "../sandbox-harness";

let harness: SandboxHarness;
let state: ApiKeyState;
beforeEach(async () => {
  harness = await SandboxHarness.open();
  state = completed(await create(harness.context(), harness.inputs()));
});
afterEach(() => harness.close());

/** A minute plus the rounding of a Date header to whole seconds. */
const MINUTE = 61_000;
const couldNotRead = (why: string) =>
  `Could not read the key "${state.name}" (${state.keyId}): ${why} State is unchanged.`;
const readError = () => messageThrownBy(() => read(harness.context(), state));

test("read does not change the state of an active key", async () => {
  expect(await read(harness.context(), state)).toEqual(state);
});

describe.each(["404", "status"] as const)("if PayEngine shows a revoked key as %s,", (revokedKeys) => {
  test("a key revoked outside Pulumi is gone", async () => {
    await harness.control.setDialect({ revokedKeys });
    await harness.advance(MINUTE);
    await harness.control.revokeKey(state.keyId ?? "");
    expect(await read(harness.context(), state)).toBeUndefined();
  });
});

test("a revoked status proves that a key is gone, at once and for any credential", async () => {
  await harness.control.setDialect({ revokedKeys: "status" });
  const { key: credential } = await harness.control.newCredential("sandbox", "Developer");
  await harness.control.revokeKey(state.keyId ?? "");
  expect(await read(harness.context({ credential }), state)).toBeUndefined();
});

test("a status that the contract does not list as revoked counts as active", async () => {
  await harness.control.setDialect({ revokedKeys: "status", statuses: { revoked: "disabled" } });
  await harness.control.revokeKey(state.keyId ?? "");
  expect(await read(harness.context(), state)).toEqual(state);
});

test("a 404 for a credential that did not create the key proves nothing", async () => {
  const { key: credential } = await harness.control.newCredential("sandbox", "Developer");
  const { merchantId: _, ...unrecorded } = state;
  await harness.advance(MINUTE);
  await harness.control.revokeKey(state.keyId ?? "");
  expect(await messageThrownBy(() => read(harness.context({ credential }), unrecorded))).toContain(
    "PayEngine cannot find it, but nothing proves",
  );
  expect(await read(harness.context(), unrecorded)).toBeUndefined();
});

test("read with a credential of another account keeps the key in state", async () => {
  const { key } = await harness.control.newCredential("production", "Admin");
  expect(await messageThrownBy(() => read(harness.context({ credential: key }), state))).toContain(
    "the credential belongs to another account",
  );
});

test("an account id from PayEngine identifies a credential of another account", async () => {
  await harness.control.setDialect({ merchant: "object" });
  state = completed(await create(harness.context(), harness.inputs()));
  const { key } = await harness.control.newCredential("production", "Admin");
  const { sandbox, production } = ACCOUNT_IDS;
  expect(await messageThrownBy(() => read(harness.context({ credential: key }), state))).toBe(
    couldNotRead(
      `the credential belongs to account ${production}, but state records account ${sandbox}; use a credential and ` +
        `payengine:apiUrl of account ${sandbox}.`,
    ),
  );
});

test("read with another address keeps the key in state and sends nothing", async () => {
  const apiUrl = harness.url.replace("/api", "/elsewhere");
  await harness.control.clearRequests();
  expect(await messageThrownBy(() => read(harness.context({ apiUrl }), state))).toBe(
    `payengine:apiUrl is ${apiUrl}, but the key "${state.name}" was created at ${harness.url}. Nothing was sent. Set ` +
      `payengine:apiUrl back or, if the console has moved, set payengine:formerApiUrl to ${harness.url}.`,
  );
  expect(await harness.calls()).toEqual([]);
});

test("read with an unknown credential keeps the key in state", async () => {
  const message = await messageThrownBy(() => read(harness.context({ credential: "0".repeat(108) }), state));
  expect(message).toContain(couldNotRead("").slice(0, 40));
  expect(message).toContain("PayEngine returned 401");
});

test.each([401, 403, 500, 502])("a response of %i is an error, not a missing key", async (status) => {
  await harness.control.addFault({ operation: "getKey", kind: "statusBeforeCommit", status, body: "empty" });
  expect(await readError()).toContain(
    `PayEngine returned ${status} for GET ${harness.url}/api-keys/${state.keyId}`,
  );
});

test("a web page instead of the key is an error", async () => {
  await harness.control.addFault({ operation: "getKey", kind: "html200" });
  expect(await readError()).toContain(
    `The response to GET ${harness.url}/api-keys/${state.keyId} is not JSON`,
  );
});

test("a 404 is an error while the list does not fit the contract", async () => {
  await harness.control.revokeKey(state.keyId ?? "");
  await harness.control.addFault({ operation: "listKeys", kind: "html200" });
  expect(await readError()).toContain(`The response to GET ${harness.url}/api-keys is not JSON`);
});

test.each(["contract", "html"] as const)(
  "a 404 (%s) for a key that the list shows is an error",
  async (body) => {
    await harness.control.addFault({ operation: "getKey", kind: "statusBeforeCommit", status: 404, body });
    expect(await readError()).toContain("but lists it as active");
  },
);

test("an orphan with the resource's name keeps the resource in state with a key to create", async () => {
  const orphan = await harness
    .context()
    .client.createKey({ name: `${state.uniqueName}-r2`, type: "private" });
  await harness.advance(MINUTE);
  await harness.control.revokeKey(state.keyId ?? "");
  const { token: _, keyId: __, fingerprint: ___, redactedToken: ____, createdAt: _____, ...rest } = state;
  expect(await read(harness.context(), state)).toEqual({ ...rest, pendingAction: "create" });
  expect((await harness.liveKeys()).map(({ id }) => id)).toEqual([orphan.id]);
});

test("a key whose name only starts like the resource's does not belong to it", async () => {
  await harness.context().client.createKey({ name: `${state.uniqueName}-other`, type: "private" });
  await harness.advance(MINUTE);
  await harness.control.revokeKey(state.keyId ?? "");
  expect(await read(harness.context(), state)).toBeUndefined();
});

describe("while PayEngine shows a new key neither by its id nor in the list,", () => {
  const lag = { listMs: 30_000, getMs: 30_000 };

  test("a private key whose value authenticates is not gone", async () => {
    await harness.control.setLag(lag);
    expect(await readError()).toBe(
      couldNotRead("PayEngine reports that it is gone but still accepts its value; try again."),
    );
  });

  test("a public key is not gone before a minute has passed", async () => {
    state = completed(await create(harness.context(), harness.inputs({ type: "public" })));
    await harness.control.setLag(lag);
    expect(await readError()).toBe(
      couldNotRead(
        "PayEngine cannot find it, but it was created less than a minute ago; try again in a minute.",
      ),
    );
    await harness.control.revokeKey(state.keyId ?? "");
    await harness.advance(MINUTE);
    expect(await read(harness.context(), state)).toBeUndefined();
  });
});

test("read stores a public key's changed value", async () => {
  const publicState = completed(await create(harness.context(), harness.inputs({ type: "public" })));
  await harness.control.setPublicValue(publicState.keyId ?? "", "pk_test_changed");
  expect(await read(harness.context(), publicState)).toEqual({
    ...publicState,
    token: "pk_test_changed",
    redactedToken: "chan…nged",
    fingerprint: fingerprint("pk_test_changed"),
  });
});

test("a public key whose name PayEngine does not show keeps the name in state", async () => {
  const publicState = completed(await create(harness.context(), harness.inputs({ type: "public" })));
  const context = harness.context();
  const nameless = { ...(await context.client.getKey(publicState.keyId ?? "")), name: "" };
  expect(await read({ ...context, readKey: async () => nameless }, publicState)).toEqual(publicState);
});

test("read of a state without a key sends no request", async () => {
  const { keyId: _, token: __, ...rest } = state;
  await harness.control.clearRequests();
  expect(await read(harness.context(), { ...rest, pendingAction: "create" })).toMatchObject({
    pendingAction: "create",
  });
  expect(await harness.calls()).toEqual([]);
});
