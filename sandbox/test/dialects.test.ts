import { ACCOUNT_IDS, MERCHANT_IDS } from "../src";
import { openSandbox, SandboxClient } from "./sandbox-client";

const statusesOf = async (calls: Promise<{ status: number }>[]) =>
  (await Promise.all(calls)).map((answer) => answer.status);

async function createTwice(client: SandboxClient, name: string) {
  return [(await client.create(name)).status, (await client.create(name)).status];
}

describe("PayEngine's published conventions, without a dialect", () => {
  it("wrap responses, do not count, support search, and accept a name twice", async () => {
    const { admin } = await openSandbox();

    expect(await createTwice(admin, "same")).toEqual([200, 200]);
    expect((await admin.list("?q=same&size=1")).body).toEqual({
      data: [expect.objectContaining({ name: "same" })],
    });
  });

  it("show a key in snake_case, with a message when it is created or revoked", async () => {
    const { admin } = await openSandbox();
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

    const made = (await admin.create("a")).body;
    const { key, ...withoutValue } = made.data;

    expect(made).toEqual({
      message: "api key created",
      data: {
        id: expect.stringMatching(uuid),
        name: "a",
        type: "private",
        status: "active",
        key: expect.stringMatching(/^[0-9a-f]{108}$/),
        redacted_key: `${key?.slice(0, 4)}…${key?.slice(-4)}`,
        created_at: expect.stringMatching(/^2.*Z$/),
        updated_at: made.data.created_at,
        last_used_at: null,
      },
    });
    expect((await admin.get(made.data.id)).body).toEqual({ data: withoutValue });
    expect((await admin.revoke(made.data.id)).body).toEqual({
      message: "api key revoked",
      data: { ...withoutValue, status: "revoked", updated_at: expect.stringMatching(/^2.*Z$/) },
    });
    expect((await admin.get(made.data.id)).body).toEqual({ error: true, message: "API key not found" });
  });

  it("come back when the dialect is set to nothing", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ postStatus: 201, wrapping: "bare" });
    await control.setDialect({});

    expect(await admin.create("a")).toMatchObject({ status: 200, body: { data: { name: "a" } } });
  });
});

describe("a dialect", () => {
  it("postStatus 201 is the status of a created key", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ postStatus: 201 });

    expect(await admin.create("a")).toMatchObject({ status: 201, body: { data: { name: "a" } } });
  });

  it("deleteStatus 204 revokes without a body", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ deleteStatus: 204 });
    const { id } = (await admin.create("a")).body.data;

    expect(await admin.revoke(id)).toMatchObject({ status: 204, text: "" });
    expect((await admin.get(id)).status).toBe(404);
  });

  it("ignoreQuery lists keys of every name", async () => {
    const { admin, control } = await openSandbox();
    await admin.create("apple");
    await admin.create("pear");
    const names = async () => (await admin.list("?q=appl")).body.data.map((key) => key.name);
    expect(await names()).toEqual(["apple"]);

    await control.setDialect({ ignoreQuery: true });

    expect(await names()).toEqual(["pear", "apple", expect.stringMatching(/^credential of /)]);
  });

  it("counts total adds the number of keys on all pages, but not to a single key", async () => {
    const { admin, control } = await openSandbox();
    await createTwice(admin, "a");
    await control.setDialect({ counts: "total" });

    expect((await admin.list("?q=a&size=1")).body).toEqual({ data: [expect.anything()], total: 3 });
    expect((await admin.merchant("?size=1")).body).toEqual({ data: [expect.anything()], total: 2 });
    expect((await admin.create("b")).body).not.toHaveProperty("total");
  });

  it("pageSize is the size of every page, whatever the request says", async () => {
    const { admin, control } = await openSandbox();
    for (let number = 0; number < 4; number++) await admin.create(`k${number}`);
    await control.setDialect({ pageSize: 3 });

    expect((await admin.list("?size=100")).body.data).toHaveLength(3);
    expect((await admin.list("?size=100&page=2")).body.data).toHaveLength(2);
  });

  it("paging limit accepts 10 to 500 as limit and ignores size", async () => {
    const { admin, control } = await openSandbox();
    for (let number = 0; number < 10; number++) await admin.create(`k${number}`);
    await control.setDialect({ paging: "limit" });
    const count = async (query: string) => (await admin.list(query)).body.data.length;

    expect([await count(""), await count("?size=50"), await count("?size=0")]).toEqual([10, 10, 10]);
    expect([await count("?limit=500"), await count("?limit=10&page=2")]).toEqual([11, 1]);
    expect(await statusesOf([admin.list("?limit=9"), admin.list("?limit=501")])).toEqual([422, 422]);
  });

  it("uniqueNames live returns 409 until the name is free again", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ uniqueNames: "live" });
    const { id } = (await admin.create("a")).body.data;

    expect(await admin.create("a")).toMatchObject({
      status: 409,
      body: { error: true, message: "The name a is in use" },
    });
    await admin.revoke(id);
    expect((await admin.create("a")).status).toBe(200);
  });

  it("uniqueNames forever reserves a revoked name, separately for each account", async () => {
    const { sandbox, admin, control } = await openSandbox();
    await control.setDialect({ uniqueNames: "forever" });
    const { id } = (await admin.create("a")).body.data;
    await admin.revoke(id);
    const production = await control.newCredential("production", "Admin");

    expect((await admin.create("a")).status).toBe(409);
    expect((await new SandboxClient(sandbox.url, production.key).create("a")).status).toBe(200);
  });

  it("keyQuota returns 422 while the account has that many live keys", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ keyQuota: 2 });
    const { id } = (await admin.create("a")).body.data;

    expect(await admin.create("b")).toMatchObject({
      status: 422,
      body: { error: true, message: "The account's quota of 2 keys is used up" },
    });
    await admin.revoke(id);
    expect((await admin.create("b")).status).toBe(200);
  });

  it("revokedKeys 404 hides revoked keys; status keeps them", async () => {
    const { admin, control } = await openSandbox();
    const { id } = (await admin.create("a")).body.data;
    await admin.revoke(id);
    expect(await statusesOf([admin.get(id), admin.revoke(id)])).toEqual([404, 404]);
    expect(await admin.names()).toEqual([]);

    await control.setDialect({ revokedKeys: "status" });

    expect(await statusesOf([admin.get(id), admin.revoke(id)])).toEqual([200, 200]);
    expect((await admin.get(id)).body.data.status).toBe("revoked");
    expect(await admin.names()).toEqual(["a"]);
  });

  it("merchant empty has no merchants", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ merchant: "empty" });

    expect((await admin.merchant()).body).toEqual({ data: [] });
    expect((await admin.getMerchant(MERCHANT_IDS.sandbox[0])).status).toBe(404);
  });

  it("merchant object and objectWithoutId return the account", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ merchant: "object" });
    expect((await admin.merchant()).body).toEqual({ data: { id: ACCOUNT_IDS.sandbox, name: "sandbox" } });

    await control.setDialect({ merchant: "objectWithoutId" });
    expect((await admin.merchant()).body).toEqual({ data: { name: "sandbox" } });
  });

  it("merchant withAccountId adds the account ID to each merchant", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ merchant: "withAccountId" });
    const [id] = MERCHANT_IDS.sandbox;
    const expected = { account_id: ACCOUNT_IDS.sandbox };
    expect((await admin.merchant()).body.data).toMatchObject([expected, expected]);
    expect((await admin.getMerchant(id)).body.data).toMatchObject({ id, ...expected });

    await control.setDialect({ merchant: "withAccountId", casing: "camel" });
    expect((await admin.getMerchant(id)).body.data).toMatchObject({ accountId: ACCOUNT_IDS.sandbox });
  });
});
