import { ACCOUNT_IDS, type FaultInput, seededUserId } from "../src";
import { RequestLog } from "../src/request-log";
import { openSandbox, SandboxClient } from "./sandbox-client";

const credentialName = `credential of ${seededUserId("sandbox", "Admin")}`;

describe("the control interface", () => {
  it("is off by default", async () => {
    const { sandbox } = await openSandbox({ control: false });
    const origin = new URL(sandbox.url).origin;

    expect(sandbox.controlUrl).toBeUndefined();
    for (const path of ["/__control/keys", "/__control/requests"]) {
      const response = await fetch(origin + path);
      expect([response.status, await response.json()]).toEqual([
        404,
        { error: true, message: `No such call: GET ${path}` },
      ]);
    }
  });

  it.each<
    [string, (control: Awaited<ReturnType<typeof openSandbox>>["control"]) => Promise<unknown>, RegExp]
  >([
    [
      "an unknown dialect",
      (control) => control.setDialect({ rude: true } as object),
      /Unrecognized key: "rude"/,
    ],
    [
      "an unknown lag",
      (control) => control.setLag({ getMinutes: 1 } as object),
      /Unrecognized key: "getMinutes"/,
    ],
    ["half a millisecond", (control) => control.advanceClock(0.5), /Invalid input: expected int/],
    [
      "an unknown kind of fault",
      (control) => control.addFault({ operation: "createKey", kind: "gremlin" } as unknown as FaultInput),
      /Invalid discriminator value/,
    ],
    [
      "a fault with another kind's parameter",
      (control) =>
        control.addFault({ operation: "createKey", kind: "dropAfterCommit", status: 500 } as FaultInput),
      /Unrecognized key: "status"/,
    ],
    [
      "more bytes than a string can hold",
      (control) => control.addFault({ operation: "createKey", kind: "oversizedBody", bytes: 500_000_001 }),
      /expected number to be <=500000000/,
    ],
    [
      "a fault of an unknown operation",
      (control) => control.addFault({ operation: "buy", kind: "dropAfterCommit" } as unknown as FaultInput),
      /Invalid option: expected one of "createKey"/,
    ],
    [
      "an unknown role",
      (control) => control.setRole("sandbox_admin", "Owner" as "Admin"),
      /Invalid option: expected one of "Admin"/,
    ],
  ])("rejects %s", async (_what, call, message) => {
    const { control } = await openSandbox();

    await expect(call(control)).rejects.toThrow(message);
    await expect(call(control)).rejects.toThrow(/returned 400/);
  });

  it("accepts accounts and users by ID and by name", async () => {
    const { control } = await openSandbox();
    const id = seededUserId("production", "Developer");

    const byName = await control.setRole("production_developer", "Admin");
    const byId = await control.setRole(id, "Developer");

    expect(byName).toEqual({ id, accountId: ACCOUNT_IDS.production, role: "Admin" });
    expect(byId).toEqual({ id, accountId: ACCOUNT_IDS.production, role: "Developer" });
    for (const account of ["production", ACCOUNT_IDS.production]) {
      expect((await control.newCredential(account, "Admin")).accountId).toBe(ACCOUNT_IDS.production);
    }
    expect(seededUserId(ACCOUNT_IDS.production, "Developer")).toBe(id);
  });

  it("returns an error for an unknown key, user or account", async () => {
    const { control } = await openSandbox();

    await expect(control.revokeKey("key_none")).rejects.toThrow(/returned 404: .*No key key_none/);
    await expect(control.setRole("user_none", "User")).rejects.toThrow(/returned 404: .*No user user_none/);
    await expect(control.newCredential("acct_none", "User")).rejects.toThrow(
      /returned 404: .*No account acct_none/,
    );
  });
});

describe("keys, changed outside the API", () => {
  it("are listed for all accounts and statuses, without private values", async () => {
    const { sandbox, control, admin } = await openSandbox();
    const { key, keyId } = await control.newCredential("production", "Admin");
    await new SandboxClient(sandbox.url, key).create("there");
    const here = (await admin.create("here")).body.data;
    await admin.revoke(here.id);

    const keys = await control.keys();

    expect(keys.map(({ name, accountId, status }) => [name, accountId, status])).toEqual([
      ["here", ACCOUNT_IDS.sandbox, "revoked"],
      ["there", ACCOUNT_IDS.production, "active"],
      [expect.stringMatching(/^credential of /), ACCOUNT_IDS.production, "active"],
      [credentialName, ACCOUNT_IDS.sandbox, "active"],
    ]);
    expect(keys.map(({ credential }) => credential)).toEqual([false, false, true, true]);
    expect(keys[2]?.id).toBe(keyId);
    expect(JSON.stringify(keys)).not.toMatch(/[0-9a-f]{108}/);
  });

  it("can be revoked", async () => {
    const { control, admin } = await openSandbox();
    const { id } = (await admin.create("a")).body.data;

    expect(await control.revokeKey(id)).toMatchObject({ id, status: "revoked" });

    expect((await admin.get(id)).status).toBe(404);
  });

  it("can get another value only if they are public", async () => {
    const { control, admin } = await openSandbox();
    const open = (await admin.create("open", "public")).body.data;
    const server = (await admin.create("server")).body.data;

    const changed = await control.setPublicValue(open.id, "pk_test_0123456789abcdef");

    expect((await admin.get(open.id)).body.data).toEqual({
      ...open,
      key: "pk_test_0123456789abcdef",
      updated_at: expect.any(String),
      redacted_key: "0123…cdef",
    });
    expect(changed.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    await expect(control.setPublicValue(server.id, "x")).rejects.toThrow(
      /is private: its value is not stored/,
    );
  });
});

describe("the log of requests", () => {
  it("records the call, its key and the response status", async () => {
    const { control, admin } = await openSandbox();
    const start = Date.now();
    const { id } = (await admin.create("a")).body.data;
    await admin.list("?q=a&page=2");
    await admin.get(id);
    await admin.create("");
    await admin.send("GET", "/nowhere");
    await control.addFault({ operation: "merchant", kind: "dropBeforeCommit" });
    await admin.merchant().catch(() => undefined);

    const requests = await control.requests();

    const call = (method: string, path: string, rest: object) => ({
      at: expect.any(Number),
      method,
      path: `/api${path}`,
      query: {},
      ...rest,
    });
    expect(requests).toEqual([
      call("POST", "/api-keys", { operation: "createKey", keyName: "a", answered: 200 }),
      call("GET", "/api-keys", {
        query: { q: "a", page: "2" },
        operation: "listKeys",
        keyName: "a",
        answered: 200,
      }),
      call("GET", `/api-keys/${id}`, { operation: "getKey", keyName: "a", answered: 200 }),
      call("POST", "/api-keys", { answered: 422 }),
      call("GET", "/nowhere", { answered: 400 }),
      call("GET", "/merchant", {
        operation: "merchant",
        keyName: credentialName,
        answered: "dropped",
      }),
    ]);
    for (const { at } of requests) expect(at).toBeGreaterThanOrEqual(start);
  });

  it("has no private value, wherever a caller puts one", async () => {
    const { control, admin } = await openSandbox();
    await admin.list(`?q=${admin.key}`);
    await admin.get(admin.key);
    await admin.create(`named ${admin.key}`);

    const requests = await control.requests();

    expect(requests).toMatchObject([
      { query: { q: "[private key]" }, keyName: "[private key]" },
      { path: "/api/api-keys/[private key]" },
      { keyName: "named [private key]" },
    ]);
    expect(JSON.stringify(requests)).not.toContain(admin.key.slice(0, 16));
  });

  it("is empty after clearing, and has a size limit", async () => {
    const { control, admin } = await openSandbox();
    await admin.merchant();
    await control.clearRequests();
    expect(await control.requests()).toEqual([]);

    const log = new RequestLog(2);
    for (const path of ["/one", "/two", "/three"]) log.add(0, "GET", path);
    expect(log.list().map(({ path }) => path)).toEqual(["/two", "/three"]);
  });
});

describe("addKey", () => {
  const key = {
    id: "key_0123456789abcdef",
    name: "from-elsewhere",
    type: "private" as const,
    value: "c0ffee".repeat(17),
    createdAt: "2026-01-01T00:00:00.000Z",
  };

  it("stores a key with a given ID and value", async () => {
    const { sandbox, admin, control } = await openSandbox();
    await control.addKey("sandbox", key);

    expect((await admin.get(key.id)).body.data).toMatchObject({
      name: key.name,
      status: "active",
      created_at: key.createdAt,
      redacted_key: "c0ff…ffee",
    });
    expect((await new SandboxClient(sandbox.url, key.value).merchant()).status).toBe(200);
  });

  it("accepts the account's ID too", async () => {
    const { admin, control } = await openSandbox();
    await control.addKey(ACCOUNT_IDS.sandbox, key);

    expect(await admin.names()).toEqual([key.name]);
  });

  it("rejects an ID that is in use", async () => {
    const { control } = await openSandbox();
    await control.addKey("sandbox", key);
    await expect(control.addKey("sandbox", key)).rejects.toThrow(
      "POST /accounts/sandbox/keys returned 409: Key key_0123456789abcdef already exists",
    );
  });
});
