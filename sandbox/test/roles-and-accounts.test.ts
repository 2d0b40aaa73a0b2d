import { ACCOUNT_IDS, MERCHANT_IDS } from "../src";
import { openSandbox, SandboxClient } from "./sandbox-client";

/** Each call of the contract once, for this key. */
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
    const { key } = await control.newCredential("sandbox", role);
    const { id } = (await admin.create("a")).body.data;

    expect(await everyStatus(new SandboxClient(sandbox.url, key), id)).toEqual([200, 200, 200, 200, 200]);
  });

  it("a key of the role User gets 403 on every call", async () => {
    const { sandbox, control, admin } = await openSandbox();
    const { key } = await control.newCredential("sandbox", "User");
    const { id } = (await admin.create("a")).body.data;
    const client = new SandboxClient(sandbox.url, key);

    expect(await everyStatus(client, id)).toEqual([403, 403, 403, 403, 403]);
    expect((await client.merchant()).body).toEqual({
      error: true,
      message: "E120: Insufficient permission for this route",
    });
  });

  it("a user who loses the role cannot use any key until the role is back", async () => {
    const { sandbox, control, admin } = await openSandbox();
    const made = new SandboxClient(sandbox.url, (await admin.create("a")).body.data.key ?? "");

    await control.setRole("sandbox_admin", "User");
    expect([(await admin.merchant()).status, (await made.merchant()).status]).toEqual([403, 403]);

    await control.setRole("sandbox_admin", "Developer");
    expect([(await admin.merchant()).status, (await made.merchant()).status]).toEqual([200, 200]);
  });

  it("an unknown, revoked or public key gets 401 on every call, each with its own code", async () => {
    const { sandbox, admin } = await openSandbox();
    const open = (await admin.create("open", "public")).body.data.key ?? "";
    const revoked = (await admin.create("revoked")).body.data;
    await admin.revoke(revoked.id);

    for (const [key, message] of [
      ["f".repeat(108), "E121: Invalid API key"],
      [revoked.key ?? "", "E121: Invalid API key"],
      [open, "E122: Invalid API key type"],
    ] as const) {
      const client = new SandboxClient(sandbox.url, key);
      expect(await everyStatus(client, revoked.id)).toEqual([401, 401, 401, 401, 401]);
      expect((await client.merchant()).body).toEqual({ error: true, message });
    }
  });

  it("no header, Bearer, base64 and a key alone get 401", async () => {
    const { sandbox, admin } = await openSandbox();
    const messageFor = async (authorization?: string) => {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      const response = await fetch(`${sandbox.url}/merchant`, { headers });
      expect(response.status).toBe(401);
      return ((await response.json()) as { message: string }).message;
    };

    expect(await messageFor()).toBe("E116: No authorization header");
    expect(await messageFor(`Bearer ${admin.key}`)).toBe("jwt malformed");
    expect(await messageFor(`Basic ${btoa(`${admin.key}:`)}`)).toBe("E121: Invalid API key");
    expect(await messageFor(admin.key)).toBe("E121: Invalid API key");
  });
});

describe("accounts", () => {
  it("are two, and neither sees the other's keys", async () => {
    const { sandbox, control, admin } = await openSandbox();
    const { key } = await control.newCredential("production", "Admin");
    const production = new SandboxClient(sandbox.url, key);
    const own = (await admin.create("own")).body.data;
    await production.create("other");

    expect(await production.names()).toEqual(["other"]);
    expect(await admin.names()).toEqual(["own"]);
    expect((await production.get(own.id)).status).toBe(404);
    expect((await production.revoke(own.id)).status).toBe(404);
    expect((await admin.get(own.id)).status).toBe(200);
  });

  it("own the keys that their keys create", async () => {
    const { sandbox, control } = await openSandbox();
    const { key, userId } = await control.newCredential("production", "Developer");
    const made = (await new SandboxClient(sandbox.url, key).create("a")).body.data;

    const { data } = (await new SandboxClient(sandbox.url, made.key ?? "").merchant()).body;
    expect(data.map(({ id }) => id)).toEqual([...MERCHANT_IDS.production].reverse());
    expect((await control.keys()).find(({ id }) => id === made.id)).toMatchObject({
      userId,
      accountId: ACCOUNT_IDS.production,
    });
  });
});

describe("lists", () => {
  it("are newest first, page by page, until an empty one", async () => {
    const { admin } = await openSandbox();
    for (const name of ["k1", "k2", "k3", "k4", "k5"]) await admin.create(name);
    const page = async (number: number) => {
      const { body } = await admin.list(`?q=k&size=2&page=${number}`);
      return body.data.map((key) => key.name);
    };

    expect(await page(1)).toEqual(["k5", "k4"]);
    expect(await page(2)).toEqual(["k3", "k2"]);
    expect(await page(3)).toEqual(["k1"]);
    expect(await page(4)).toEqual([]);
  });

  it("have 10 keys a page if not asked otherwise, search for text as it is, and ignore what they do not know", async () => {
    const { admin } = await openSandbox();
    for (let number = 0; number < 11; number++) await admin.create(`100% ${number}`);

    expect((await admin.list()).body.data).toHaveLength(10);
    expect((await admin.list("?limit=50")).body.data).toHaveLength(10);
    expect((await admin.list("?size=50")).body.data).toHaveLength(12);
    expect((await admin.list("?q=0%25%2010")).body.data).toHaveLength(1);
    expect((await admin.list("?q=1%25%2010")).body.data).toHaveLength(0);
  });

  it("name a parameter that they do not accept", async () => {
    const { admin } = await openSandbox();

    expect(await admin.list("?size=101&page=0")).toMatchObject({
      status: 422,
      body: {
        success: false,
        message: "Failed to validate",
        errors: expect.arrayContaining([
          { field: "size", message: "must be <= 100" },
          { field: "page", message: "must be >= 1" },
        ]),
      },
    });
  });
});

describe("uses", () => {
  it("are recorded with their time", async () => {
    const { sandbox, admin } = await openSandbox();
    const { id, key = "", created_at, last_used_at } = (await admin.create("a")).body.data;
    expect(last_used_at).toBeNull();

    await new SandboxClient(sandbox.url, key).merchant();

    const used = (await admin.get(id)).body.data.last_used_at ?? "";
    expect(Date.parse(used)).toBeGreaterThanOrEqual(Date.parse(created_at));
  });
});
