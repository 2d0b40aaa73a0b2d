import { create } from "../../provider/api-key/create";
import { read } from "../../provider/api-key/read";
import { type ApiKeyState, fingerprint } from "../../provider/api-key/state";
import { completed, messageThrownBy, SandboxLab } from "../sandbox-lab";

let lab: SandboxLab;
let state: ApiKeyState;
beforeEach(async () => {
  lab = await SandboxLab.open();
  state = completed(await create(lab.context(), lab.inputs()));
});
afterEach(() => lab.close());

const couldNotRead = (why: string) =>
  `Could not read the key "${state.name}" (${state.keyId}): ${why} State keeps it as it was.`;
const readError = () => messageThrownBy(() => read(lab.context(), state));
const noAccount =
  "PayEngine answered 404, but state does not record which account the key was made in, so it may live in another " +
  "one. If it is gone, run `pulumi state delete` with this resource's URN.";

test("a live key is as state has it", async () => {
  expect(await read(lab.context(), state)).toEqual(state);
});

describe.each(["404", "status"] as const)("where a revoked key answers by %s", (revokedKeys) => {
  test("a key revoked behind Pulumi's back is gone", async () => {
    await lab.control.setDialect({ revokedKeys });
    await lab.control.revokeKey(state.keyId ?? "");
    expect(await read(lab.context(), state)).toBeUndefined();
  });
});

test("a status of revoked is proof enough where PayEngine gives no account id", async () => {
  await lab.control.setDialect({ revokedKeys: "status", noAccountId: true });
  const { accountId: _, ...unrecorded } = state;
  await lab.control.revokeKey(state.keyId ?? "");
  expect(await read(lab.context(), unrecorded)).toBeUndefined();
});

test("a 404 is no proof where PayEngine gives no account id", async () => {
  await lab.control.setDialect({ noAccountId: true });
  const { accountId: _, ...unrecorded } = state;
  await lab.control.revokeKey(state.keyId ?? "");
  const message = await messageThrownBy(() => read(lab.context(), unrecorded));
  expect(message).toBe(couldNotRead(noAccount));
});

test("a credential of another account takes nothing out of state", async () => {
  const { key } = await lab.control.newCredential("production", "Admin");
  expect(await messageThrownBy(() => read(lab.context({ credential: key }), state))).toBe(
    couldNotRead(
      "The credential belongs to account acct_production, but this key's state records account acct_sandbox; use a " +
        "credential and payengine:apiUrl of account acct_sandbox.",
    ),
  );
});

test("a wrong address takes nothing out of state", async () => {
  const apiUrl = lab.url.replace("/api", "/elsewhere");
  expect(await messageThrownBy(() => read(lab.context({ apiUrl }), state))).toBe(
    couldNotRead(
      `PayEngine answered 404 to GET ${apiUrl}/merchant: No such call: GET /elsewhere/merchant. This account or ` +
        "address may not offer it: check payengine:apiUrl.",
    ),
  );
});

test("an unknown credential takes nothing out of state", async () => {
  const message = await messageThrownBy(() => read(lab.context({ credential: "0".repeat(102) }), state));
  expect(message).toContain(couldNotRead("").slice(0, 40));
  expect(message).toContain("PayEngine answered 401");
});

test.each([401, 403, 500, 502])("an answer of %i is an error, not a missing key", async (status) => {
  await lab.control.addFault({ operation: "getKey", kind: "statusBeforeCommit", status, body: "empty" });
  expect(await readError()).toContain(
    `PayEngine answered ${status} to GET ${lab.url}/api-keys/${state.keyId}`,
  );
});

test("a web page instead of the key is an error", async () => {
  await lab.control.addFault({ operation: "getKey", kind: "html200" });
  expect(await readError()).toBe(
    couldNotRead(
      `The answer to GET ${lab.url}/api-keys/${state.keyId} is not JSON; check that payengine:apiUrl is the address of ` +
        "PayEngine's API.",
    ),
  );
});

test("a 404 is an error while the list does not answer by the contract", async () => {
  await lab.control.revokeKey(state.keyId ?? "");
  await lab.control.addFault({ operation: "listKeys", kind: "html200" });
  expect(await readError()).toContain(`The answer to GET ${lab.url}/api-keys is not JSON`);
});

test.each(["contract", "html"] as const)(
  "a 404 (%s) for a key that the list shows is an error",
  async (body) => {
    await lab.control.addFault({ operation: "getKey", kind: "statusBeforeCommit", status: 404, body });
    expect(await readError()).toBe(
      couldNotRead("PayEngine says that it is gone, and yet lists it as live; try again."),
    );
  },
);

test("a stray under the resource's name keeps the resource in state, with the key yet to be made", async () => {
  const stray = await lab.context().client.createKey({ name: `${state.uniqueName}-r2`, type: "private" });
  await lab.control.revokeKey(state.keyId ?? "");
  const { token: _, keyId: __, fingerprint: ___, redactedToken: ____, createdAt: _____, ...rest } = state;
  expect(await read(lab.context(), state)).toEqual({ ...rest, pendingAction: "create" });
  expect((await lab.liveKeys()).map(({ id }) => id)).toEqual([stray.id]);
});

test("a key whose name only begins alike is none of this resource's", async () => {
  await lab.context().client.createKey({ name: `${state.uniqueName}-other`, type: "private" });
  await lab.control.revokeKey(state.keyId ?? "");
  expect(await read(lab.context(), state)).toBeUndefined();
});

describe("where PayEngine does not know a new key yet, by its id or in the list", () => {
  const lag = { listMs: 30_000, getMs: 30_000 };

  test("a private key whose value authenticates is not gone", async () => {
    await lab.control.setLag(lag);
    expect(await readError()).toBe(
      couldNotRead("PayEngine says that it is gone, and yet its value authenticates; try again."),
    );
  });

  test("a public key is not gone before a minute has passed", async () => {
    state = completed(await create(lab.context(), lab.inputs({ type: "public" })));
    await lab.control.setLag(lag);
    expect(await readError()).toBe(
      couldNotRead(
        "PayEngine does not find it, but it was made less than a minute ago; try again after that.",
      ),
    );
    await lab.control.revokeKey(state.keyId ?? "");
    await lab.advance(60_000);
    expect(await read(lab.context(), state)).toBeUndefined();
  });
});

test("a public key's changed value is brought into state", async () => {
  const publicState = completed(await create(lab.context(), lab.inputs({ type: "public" })));
  await lab.control.setPublicValue(publicState.keyId ?? "", "pk_test_changed");
  expect(await read(lab.context(), publicState)).toEqual({
    ...publicState,
    token: "pk_test_changed",
    redactedToken: "chan…nged",
    fingerprint: fingerprint("pk_test_changed"),
  });
});

test("a state without a key calls nothing", async () => {
  const { keyId: _, token: __, ...rest } = state;
  await lab.control.clearRequests();
  expect(await read(lab.context(), { ...rest, pendingAction: "create" })).toMatchObject({
    pendingAction: "create",
  });
  expect(await lab.calls()).toEqual([]);
});
