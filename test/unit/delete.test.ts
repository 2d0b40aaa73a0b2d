import { ACCOUNT_IDS } from "payengine-sandbox";
import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import { type ApiKeyState, fingerprint } from "../../provider/api-key/state";
import { completed, messageThrownBy, SandboxLab } from "../sandbox-lab";

let lab: SandboxLab;
let state: ApiKeyState;
beforeEach(async () => {
  lab = await SandboxLab.open();
  state = completed(await create(lab.context(), lab.inputs()));
});
afterEach(() => lab.close());

/** What a Date header, which has whole seconds, needs to be a minute on. */
const MINUTE = 61_000;
const couldNotRevoke = (why: string) =>
  `Could not revoke the key "${state.name}" (${state.keyId}), which may still work: ${why} State keeps it: ` +
  "run this again, or revoke it in PayEngine's dashboard.";
const deleteError = () => messageThrownBy(() => revokeAll(lab.context(), state));

test("delete revokes the key and nothing else", async () => {
  const other = completed(await create(lab.context(), lab.inputs()));
  await revokeAll(lab.context(), state);
  await lab.expectOnlyKeysOf(other);
  expect(await lab.statusFor(state.token ?? "")).toBe(401);
});

test.each(["404", "status"] as const)(
  "a key revoked before (%s) is deleted without complaint, a minute after it was made",
  async (revokedKeys) => {
    await lab.control.setDialect({ revokedKeys });
    await lab.advance(MINUTE);
    await lab.control.revokeKey(state.keyId ?? "");
    await revokeAll(lab.context(), state);
    await lab.expectOnlyKeysOf();
  },
);

test("a key revoked within a minute of its making may only not be known yet", async () => {
  await lab.control.revokeKey(state.keyId ?? "");
  expect(await deleteError()).toBe(
    couldNotRevoke(
      "PayEngine does not find it, but it was made less than a minute ago; try again after that.",
    ),
  );
  await lab.advance(MINUTE);
  await revokeAll(lab.context(), state);
});

test("deleting twice is as deleting once", async () => {
  await lab.advance(MINUTE);
  await revokeAll(lab.context(), state);
  await revokeAll(lab.context(), state);
  await lab.expectOnlyKeysOf();
});

test("a revocation whose answer was lost counts once it is tried again", async () => {
  await lab.advance(MINUTE);
  await lab.control.addFault({ operation: "revokeKey", kind: "dropAfterCommit" });
  expect(await deleteError()).toBe(
    couldNotRevoke(
      "The connection to PayEngine was lost before an answer came; try again " +
        `(DELETE ${lab.url}/api-keys/${state.keyId}, UND_ERR_SOCKET).`,
    ),
  );
  await revokeAll(lab.context(), state);
  await lab.expectOnlyKeysOf();
});

test("a role lost midway leaves the key in state", async () => {
  await lab.control.setRole("sandbox_admin", "User");
  expect(await deleteError()).toBe(
    couldNotRevoke(
      `PayEngine answered 403 to DELETE ${lab.url}/api-keys/${state.keyId}: E120: Insufficient permission ` +
        "for this route. Managing keys needs a credential whose user has the Admin or Developer role.",
    ),
  );
  await lab.control.setRole("sandbox_admin", "Developer");
  await revokeAll(lab.context(), state);
  await lab.expectOnlyKeysOf();
});

test("a 404 for a key that the list shows is no success", async () => {
  await lab.control.addFault({ operation: "revokeKey", kind: "statusBeforeCommit", status: 404 });
  expect(await deleteError()).toBe(
    couldNotRevoke("PayEngine says that it is gone, and yet lists it as live; try again."),
  );
});

test("a 404 is no success while the list fails", async () => {
  await lab.control.revokeKey(state.keyId ?? "");
  await lab.control.addFault({
    operation: "listKeys",
    kind: "statusBeforeCommit",
    status: 502,
    body: "html",
  });
  expect(await deleteError()).toBe(couldNotRevoke(`PayEngine answered 502 to GET ${lab.url}/api-keys.`));
});

test("a success that says it is a failure is none", async () => {
  await lab.control.addFault({
    operation: "revokeKey",
    kind: "statusBeforeCommit",
    status: 200,
    message: "Not now",
  });
  expect(await deleteError()).toBe(
    couldNotRevoke(`PayEngine answered 200 to DELETE ${lab.url}/api-keys/${state.keyId}: Not now.`),
  );
  await lab.expectOnlyKeysOf(state);
});

test("a web page is no proof of a revocation", async () => {
  await lab.control.addFault({ operation: "revokeKey", kind: "html200", commit: false });
  expect(await deleteError()).toBe(
    couldNotRevoke(
      `The answer to DELETE ${lab.url}/api-keys/${state.keyId} is not JSON; check that payengine:apiUrl is the address ` +
        "of PayEngine's API.",
    ),
  );
  await lab.expectOnlyKeysOf(state);
});

test("where PayEngine tells the account's id, a credential of another account revokes nothing", async () => {
  await lab.control.setDialect({ merchant: "withAccountId" });
  state = completed(await create(lab.context(), lab.inputs()));
  const { key } = await lab.control.newCredential("production", "Admin");
  const { sandbox, production } = ACCOUNT_IDS;
  await lab.control.clearRequests();
  expect(await messageThrownBy(() => revokeAll(lab.context({ credential: key }), state))).toBe(
    couldNotRevoke(
      `The credential belongs to account ${production}, but this key's state records account ${sandbox}; use a ` +
        `credential and payengine:apiUrl of account ${sandbox}.`,
    ),
  );
  expect(await lab.calls()).toEqual(["GET /api/merchant"]);
});

test("the provider's own credential is never revoked", async () => {
  await lab.control.clearRequests();
  expect(await messageThrownBy(() => revokeAll(lab.context({ credential: state.token ?? "" }), state))).toBe(
    `The key "${state.name}" is the credential that this provider works with; revoking it would lock the provider ` +
      "out. Set payengine:apiKey (or PAYENGINE_API_KEY) to another private key first.",
  );
  expect(await lab.calls()).toEqual([]);
  expect(state.fingerprint).toBe(fingerprint(state.token ?? ""));
});

test("a state that records an unfinished creation takes every key of its name with it", async () => {
  const { client: api } = lab.context();
  await api.createKey({ name: `${state.uniqueName}-r2`, type: "private" });
  await api.createKey({ name: `${state.uniqueName}-r17`, type: "public" });
  const unrelated = await api.createKey({ name: `${state.uniqueName}-spare`, type: "private" });
  await revokeAll(lab.context(), { ...state, pendingAction: "create" });
  expect((await lab.liveKeys()).map(({ id }) => id)).toEqual([unrelated.id]);
});

test("a key in good order is revoked by one call", async () => {
  await lab.control.clearRequests();
  await revokeAll(lab.context(), state);
  expect(await lab.calls()).toEqual([`DELETE /api/api-keys/${state.keyId}`]);
});

test("a leftover that is listed, and not found when it is to be revoked, keeps the key in state", async () => {
  const { id, name } = await lab
    .context()
    .client.createKey({ name: `${state.uniqueName}-r2`, type: "private" });
  await lab.control.addFault({
    operation: "revokeKey",
    kind: "statusBeforeCommit",
    status: 404,
    keyName: "-r2",
  });
  const unfinished = { ...state, pendingAction: "create" as const };
  expect(await messageThrownBy(() => revokeAll(lab.context(), unfinished))).toBe(
    couldNotRevoke(
      `PayEngine lists the key "${name}" (${id}) as live and does not find it when it is to be revoked; check ` +
        "payengine:contract.revoke.",
    ),
  );
  await revokeAll(lab.context(), unfinished);
  await lab.expectOnlyKeysOf();
});
