import { openSandbox, SandboxClient } from "./sandbox-client";

/** Each of the contract's calls once, about this key. */
async function everyStatus(client: SandboxClient, id: string) {
  const answers = [
    await client.create("a"),
    await client.list(),
    await client.get(id),
    await client.merchant(),
    await client.revoke(id),
  ];
  return answers.map((answer) => answer.status);
}

describe("who may call", () => {
  it.each(["Admin", "Developer"] as const)("a key of the role %s may make every call", async (role) => {
    const { sandbox, control, admin } = await openSandbox();
    const { key } = await control.newCredential("acct_sandbox", role);
    const { id } = (await admin.create("a")).body.data;

    expect(await everyStatus(new SandboxClient(sandbox.url, key), id)).toEqual([201, 200, 200, 200, 200]);
  });

  it("a key of the role User gets 403 on every call", async () => {
    const { sandbox, control, admin } = await openSandbox();
    const { key } = await control.newCredential("acct_sandbox", "User");
    const { id } = (await admin.create("a")).body.data;
    const client = new SandboxClient(sandbox.url, key);

    expect(await everyStatus(client, id)).toEqual([403, 403, 403, 403, 403]);
    expect((await client.merchant()).body).toEqual({
      error: true,
      message: "API keys need the role Admin or Developer",
    });
  });

  it("a role that is lost takes all its user's keys along, until it is back", async () => {
    const { sandbox, control, admin } = await openSandbox();
    const made = new SandboxClient(sandbox.url, (await admin.create("a")).body.data.key ?? "");

    await control.setRole("user_sandbox_admin", "User");
    expect([(await admin.merchant()).status, (await made.merchant()).status]).toEqual([403, 403]);

    await control.setRole("user_sandbox_admin", "Developer");
    expect([(await admin.merchant()).status, (await made.merchant()).status]).toEqual([200, 200]);
  });

  it("no key, an unknown key, a public key, a revoked key and other schemes get 401 on every call", async () => {
    const { sandbox, admin } = await openSandbox();
    const open = (await admin.create("open", "public")).body.data.key ?? "";
    const revoked = (await admin.create("revoked")).body.data;
    await admin.revoke(revoked.id);

    for (const key of ["", "f".repeat(102), open, revoked.key ?? ""]) {
      const client = new SandboxClient(sandbox.url, key);
      expect(await everyStatus(client, revoked.id)).toEqual([401, 401, 401, 401, 401]);
      expect((await client.merchant()).body).toEqual({
        error: true,
        message: "The API key is missing, unknown or revoked",
      });
    }
    for (const authorization of [`Bearer ${admin.key}`, `Basic ${btoa(`${admin.key}:`)}`, admin.key]) {
      const { status } = await fetch(`${sandbox.url}/merchant`, { headers: { authorization } });
      expect(status).toBe(401);
    }
  });
});

describe("accounts", () => {
  it("are two, and neither sees the other's keys", async () => {
    const { sandbox, control, admin } = await openSandbox();
    const { key } = await control.newCredential("acct_production", "Admin");
    const production = new SandboxClient(sandbox.url, key);
    const own = (await admin.create("own")).body.data;
    await production.create("other");

    expect((await production.merchant()).body.data).toEqual({ id: "acct_production", name: "Production" });
    expect(await production.names()).toEqual(["other"]);
    expect(await admin.names()).toEqual(["own"]);
    expect((await production.get(own.id)).status).toBe(404);
    expect((await production.revoke(own.id)).status).toBe(404);
    expect((await admin.get(own.id)).status).toBe(200);
  });

  it("own the keys that their keys make", async () => {
    const { sandbox, control } = await openSandbox();
    const { key, userId } = await control.newCredential("acct_production", "Developer");
    const made = (await new SandboxClient(sandbox.url, key).create("a")).body.data;

    expect((await new SandboxClient(sandbox.url, made.key ?? "").merchant()).body.data.id).toBe(
      "acct_production",
    );
    expect((await control.keys()).find(({ id }) => id === made.id)).toMatchObject({
      userId,
      accountId: "acct_production",
    });
  });
});

describe("lists", () => {
  it("are newest first, page by page, until an empty one", async () => {
    const { admin } = await openSandbox();
    for (const name of ["k1", "k2", "k3", "k4", "k5"]) await admin.create(name);
    const page = async (number: number) => {
      const { body } = await admin.list(`?q=k&size=2&page=${number}`);
      return [body.data.map((key) => key.name), body.total];
    };

    expect(await page(1)).toEqual([["k5", "k4"], 5]);
    expect(await page(2)).toEqual([["k3", "k2"], 5]);
    expect(await page(3)).toEqual([["k1"], 5]);
    expect(await page(4)).toEqual([[], 5]);
  });

  it("have 20 keys a page if not asked otherwise, and search for text as it is", async () => {
    const { admin } = await openSandbox();
    for (let number = 0; number < 20; number++) await admin.create(`100% ${number}`);

    const { data, total } = (await admin.list()).body;

    expect([data.length, total]).toEqual([20, 21]);
    expect((await admin.list("?q=0%25%2019")).body.total).toBe(1);
    expect((await admin.list("?q=1%25%2019")).body.total).toBe(0);
  });
});

describe("uses", () => {
  it("are noted with their time", async () => {
    const { sandbox, admin } = await openSandbox();
    const { id, key = "", createdAt, lastUsedAt } = (await admin.create("a")).body.data;
    expect(lastUsedAt).toBeNull();

    await new SandboxClient(sandbox.url, key).merchant();

    const used = (await admin.get(id)).body.data.lastUsedAt ?? "";
    expect(Date.parse(used)).toBeGreaterThanOrEqual(Date.parse(createdAt));
  });
});
