import { openSandbox, SandboxClient } from "./sandbox-client";

const statusesOf = async (calls: Promise<{ status: number }>[]) =>
  (await Promise.all(calls)).map((answer) => answer.status);

async function createTwice(client: SandboxClient, name: string) {
  return [(await client.create(name)).status, (await client.create(name)).status];
}

describe("the contract's way, while no dialect is set", () => {
  it("wraps answers, counts, searches, and takes a name twice", async () => {
    const { admin } = await openSandbox();

    expect(await createTwice(admin, "same")).toEqual([201, 201]);
    expect((await admin.list("?q=same&size=1")).body).toEqual({
      data: [expect.objectContaining({ name: "same" })],
      total: 2,
    });
    expect((await admin.merchant()).body).toEqual({ data: { id: "acct_sandbox", name: "Sandbox" } });
  });

  it("comes back when the dialect is set to nothing", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ postStatus: 200, bareAnswers: true });
    await control.setDialect({});

    expect(await admin.create("a")).toMatchObject({ status: 201, body: { data: { name: "a" } } });
  });
});

describe("a dialect", () => {
  it("bareAnswers leaves out the wrapping of keys, lists and the account, but not of failures", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ bareAnswers: true });

    const created = await admin.send<{ id: string }>("POST", "/api-keys", { name: "a", type: "public" });

    expect(created.body).toMatchObject({ name: "a", key: expect.stringMatching(/^pk_test_/) });
    expect((await admin.get(created.body.id)).body).toMatchObject({ name: "a" });
    expect((await admin.list("?q=a&size=1")).body).toEqual([expect.objectContaining({ name: "a" })]);
    expect((await admin.merchant()).body).toEqual({ id: "acct_sandbox", name: "Sandbox" });
    expect((await admin.get("none")).body).toEqual({ error: true, message: "No key none" });
  });

  it("postStatus 200 is the status of a created key", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ postStatus: 200 });

    expect(await admin.create("a")).toMatchObject({ status: 200, body: { data: { name: "a" } } });
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

    expect(await names()).toEqual(["pear", "apple", "credential of user_sandbox_admin"]);
  });

  it("noTotal does not count", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ noTotal: true });

    expect((await admin.list()).body).toEqual({ data: [expect.anything()] });
  });

  it("uniqueNames live answers 409 until the name is free again", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ uniqueNames: "live" });
    const { id } = (await admin.create("a")).body.data;

    expect(await admin.create("a")).toMatchObject({
      status: 409,
      body: { error: true, message: "The name a is in use" },
    });
    await admin.revoke(id);
    expect((await admin.create("a")).status).toBe(201);
  });

  it("uniqueNames forever keeps a revoked name, but each account has names of its own", async () => {
    const { sandbox, admin, control } = await openSandbox();
    await control.setDialect({ uniqueNames: "forever" });
    const { id } = (await admin.create("a")).body.data;
    await admin.revoke(id);
    const production = await control.newCredential("acct_production", "Admin");

    expect((await admin.create("a")).status).toBe(409);
    expect((await new SandboxClient(sandbox.url, production.key).create("a")).status).toBe(201);
  });

  it("keyQuota answers 422 while the account has that many live keys", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ keyQuota: 2 });
    const { id } = (await admin.create("a")).body.data;

    expect(await admin.create("b")).toMatchObject({
      status: 422,
      body: { error: true, message: "The account's quota of 2 keys is used up" },
    });
    await admin.revoke(id);
    expect((await admin.create("b")).status).toBe(201);
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

  it("noAccountId leaves the account's id out of /merchant", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ noAccountId: true });

    expect((await admin.merchant()).body).toEqual({ data: { name: "Sandbox" } });
  });
});
