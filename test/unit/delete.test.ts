import { ACCOUNT_IDS } from "payengine-sandbox";
import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
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
const couldNotRevoke = (why: string) =>
  `Could not revoke the key "${state.name}" (${state.keyId}), which may still work: ${why} The key stays ` +
  "in state: run this again, or revoke it in PayEngine's dashboard.";
const deleteError = () => messageThrownBy(() => revokeAll(harness.context(), state));

test("delete revokes the key and nothing else", async () => {
  const other = completed(await create(harness.context(), harness.inputs()));
  await revokeAll(harness.context(), state);
  await harness.expectOnlyKeysOf(other);
  expect(await harness.statusFor(state.token ?? "")).toBe(401);
});

test.each(["404", "status"] as const)(
  "delete of a key revoked before (%s) succeeds a minute after its creation",
  async (revokedKeys) => {
    await harness.control.setDialect({ revokedKeys });
    await harness.advance(MINUTE);
    await harness.control.revokeKey(state.keyId ?? "");
    await revokeAll(harness.context(), state);
    await harness.expectOnlyKeysOf();
  },
);

test("delete fails within a minute of a key's creation, because PayEngine may not show it yet", async () => {
  await harness.control.revokeKey(state.keyId ?? "");
  expect(await deleteError()).toContain("it was created less than a minute ago");
  await harness.advance(MINUTE);
  await revokeAll(harness.context(), state);
});

test("a second delete succeeds", async () => {
  await harness.advance(MINUTE);
  await revokeAll(harness.context(), state);
  await revokeAll(harness.context(), state);
  await harness.expectOnlyKeysOf();
});

test("a revocation whose response was lost succeeds on the second attempt", async () => {
  await harness.advance(MINUTE);
  await harness.control.addFault({ operation: "revokeKey", kind: "dropAfterCommit" });
  expect(await deleteError()).toContain("The connection to PayEngine was lost");
  await revokeAll(harness.context(), state);
  await harness.expectOnlyKeysOf();
});

test("a lost role leaves the key in state", async () => {
  await harness.control.setRole("sandbox_admin", "User");
  expect(await deleteError()).toContain("the Admin or Developer role");
  await harness.control.setRole("sandbox_admin", "Developer");
  await revokeAll(harness.context(), state);
  await harness.expectOnlyKeysOf();
});

test("delete fails on a 404 for a key that the list shows", async () => {
  await harness.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 404 });
  expect(await deleteError()).toBe(
    couldNotRevoke("PayEngine reports that it is gone but lists it as active; try again."),
  );
});

test("delete fails on a 404 while the list fails", async () => {
  await harness.control.revokeKey(state.keyId ?? "");
  await harness.control.addFault({
    operation: "listKeys",
    kind: "statusBeforeCommit",
    status: 502,
    body: "html",
  });
  expect(await deleteError()).toBe(couldNotRevoke(`PayEngine returned 502 for GET ${harness.url}/api-keys.`));
});

test("delete fails on a success that reports a failure", async () => {
  await harness.control.addFault({
    operation: "revokeKey",
    kind: "statusBeforeCommit",
    status: 200,
    message: "Not now",
  });
  expect(await deleteError()).toBe(
    couldNotRevoke(`PayEngine returned 200 for DELETE ${harness.url}/api-keys/${state.keyId}: Not now.`),
  );
  await harness.expectOnlyKeysOf(state);
});

test("delete fails if the response is a web page", async () => {
  await harness.control.addFault({ operation: "revokeKey", kind: "html200", commit: false });
  expect(await deleteError()).toContain(
    `The response to DELETE ${harness.url}/api-keys/${state.keyId} is not JSON`,
  );
  await harness.expectOnlyKeysOf(state);
});

test("a credential with another account id revokes nothing", async () => {
  await harness.control.setDialect({ merchant: "withAccountId" });
  state = completed(await create(harness.context(), harness.inputs()));
  const { key } = await harness.control.newCredential("production", "Admin");
  const { sandbox, production } = ACCOUNT_IDS;
  await harness.control.clearRequests();
  expect(await messageThrownBy(() => revokeAll(harness.context({ credential: key }), state))).toContain(
    `the credential belongs to account ${production}, but state records account ${sandbox}`,
  );
  expect(await harness.calls()).toEqual(["GET /api/merchant"]);
});

test("delete never revokes the provider's own credential", async () => {
  await harness.control.clearRequests();
  expect(
    await messageThrownBy(() => revokeAll(harness.context({ credential: state.token ?? "" }), state)),
  ).toBe(
    `The key "${state.name}" is the provider credential; revoking it would lock the provider ` +
      "out. Set payengine:apiKey (or PAYENGINE_API_KEY) to another private key first.",
  );
  expect(await harness.calls()).toEqual([]);
  expect(state.fingerprint).toBe(fingerprint(state.token ?? ""));
});

test("delete of an unfinished creation revokes every key that its attempts can have created", async () => {
  const { client: api } = harness.context();
  await api.createKey({ name: `${state.uniqueName}-r2`, type: "private" });
  await api.createKey({ name: `${state.uniqueName}-r4`, type: "public" });
  const unrelated = await api.createKey({ name: `${state.uniqueName}-r17`, type: "private" });
  await revokeAll(harness.context(), { ...state, pendingAction: "create" });
  expect((await harness.liveKeys()).map(({ id }) => id)).toEqual([unrelated.id]);
});

test("delete revokes a key without pending actions in one request", async () => {
  await harness.control.clearRequests();
  await revokeAll(harness.context(), state);
  expect(await harness.calls()).toEqual([`DELETE /api/api-keys/${state.keyId}`]);
});

test("a listed orphan whose revocation gets 404 keeps the key in state", async () => {
  const { id, name } = await harness
    .context()
    .client.createKey({ name: `${state.uniqueName}-r2`, type: "private" });
  await harness.control.addFault({
    operation: "revokeKey",
    kind: "statusBeforeCommit",
    status: 404,
    keyName: "-r2",
  });
  const unfinished = { ...state, pendingAction: "create" as const };
  expect(await messageThrownBy(() => revokeAll(harness.context(), unfinished))).toBe(
    couldNotRevoke(
      `PayEngine lists the key "${name}" (${id}) as active but cannot find it to revoke it; check ` +
        "payengine:contract.revoke.",
    ),
  );
  await revokeAll(harness.context(), unfinished);
  await harness.expectOnlyKeysOf();
});
