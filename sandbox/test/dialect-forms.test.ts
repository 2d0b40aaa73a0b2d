import { MERCHANT_IDS } from "../src";
import { openSandbox, SandboxClient } from "./sandbox-client";

describe("a dialect's response formats", () => {
  it("casing camel writes keys and merchants in camelCase", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ casing: "camel" });

    const { data } = (await admin.create("a")).body;
    const merchant = (await admin.getMerchant(MERCHANT_IDS.sandbox[0])).body.data;

    expect(Object.keys(data)).toEqual([
      "id",
      "name",
      "type",
      "status",
      "key",
      "redactedKey",
      "createdAt",
      "updatedAt",
      "lastUsedAt",
    ]);
    expect(Object.keys(merchant)).toEqual(["id", "name", "email", "status", "mid", "createdAt", "updatedAt"]);
  });

  it("wrapping bare removes everything around keys and lists, including counts, but keeps the error format", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ wrapping: "bare", counts: "total" });

    const created = await admin.send<{ id: string }>("POST", "/api-keys", { name: "a", type: "public" });

    expect(created.body).toMatchObject({ name: "a", key: expect.stringMatching(/^pk_test_/) });
    expect(created.body).not.toHaveProperty("message");
    expect((await admin.get(created.body.id)).body).toMatchObject({ name: "a" });
    expect((await admin.list("?q=a&size=1")).body).toEqual([expect.objectContaining({ name: "a" })]);
    expect((await admin.merchant("?size=1")).body).toEqual([
      expect.objectContaining({ id: MERCHANT_IDS.sandbox[1] }),
    ]);
    expect((await admin.get("none")).body).toEqual({ error: true, message: "API key not found" });
  });

  it("fields renames a key's fields over the casing, in requests too, but not a merchant's", async () => {
    const { admin, control } = await openSandbox();
    const fields = {
      id: "key_id",
      name: "label",
      type: "kind",
      value: "secret",
      redacted: "hint",
      status: "state",
      createdAt: "made",
      lastUsedAt: "used",
    };
    await control.setDialect({ casing: "camel", fields });

    const { body } = await admin.send<{ data: object }>("POST", "/api-keys", { label: "a", kind: "private" });

    expect(body.data).toEqual({
      key_id: expect.any(String),
      label: "a",
      kind: "private",
      state: "active",
      secret: expect.any(String),
      hint: expect.any(String),
      made: expect.any(String),
      updatedAt: expect.any(String),
      used: null,
    });
    expect(await admin.create("a")).toMatchObject({
      status: 422,
      body: {
        errors: [
          { field: "label", message: "is required" },
          { field: "kind", message: "is required" },
        ],
      },
    });
    expect((await admin.merchant()).body.data[0]).toHaveProperty("name");
  });

  it("types and statuses are the only accepted words", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({
      types: { public: "PUBLISHABLE", private: "SECRET" },
      statuses: { active: "ENABLED", revoked: "DISABLED" },
      revokedKeys: "status",
    });

    const server = (await admin.create("a", "SECRET")).body.data;
    const browser = (await admin.create("a", "PUBLISHABLE")).body.data;

    expect(server).toMatchObject({ type: "SECRET", status: "ENABLED" });
    expect(browser).toMatchObject({ type: "PUBLISHABLE", key: expect.stringMatching(/^pk_test_/) });
    expect((await admin.revoke(server.id)).body.data.status).toBe("DISABLED");
    expect((await admin.create("a", "private")).status).toBe(422);
  });

  it("one word of types or statuses may stay as published", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ types: { private: "secret" }, statuses: { revoked: "inactive" } });

    expect((await admin.create("a", "public")).body.data).toMatchObject({ type: "public", status: "active" });
  });

  it("shows omits the redacted form and the times, one by one", async () => {
    const { admin, control } = await openSandbox();
    const fieldsOf = async () => Object.keys((await admin.create("a")).body.data);
    const all = await fieldsOf();
    for (const [field, name] of [
      ["redacted", "redacted_key"],
      ["createdAt", "created_at"],
      ["lastUsedAt", "last_used_at"],
    ] as const) {
      await control.setDialect({ shows: { [field]: false } });
      expect(await fieldsOf()).toEqual(all.filter((shown) => shown !== name));
    }
  });

  it("failure success is the format of every error, including those before a call", async () => {
    const { sandbox, admin, control } = await openSandbox();
    await control.setDialect({ failure: "success" });
    const stranger = new SandboxClient(sandbox.url, "unknown");

    const bodies = [
      (await admin.get("none")).body,
      (await stranger.merchant()).body,
      (await admin.send("GET", "/nowhere")).body,
      (await admin.send("GET", "/api-keys/%zz")).body,
    ];

    for (const body of bodies) {
      expect(body).toEqual({ success: false, message: expect.stringMatching(/./) });
    }
    await control.setThrottle({ callsPerSecond: 1 });
    const hurried = await Promise.all(Array.from({ length: 20 }, () => admin.merchant()));
    expect(hurried.find(({ status }) => status === 429)?.body).toEqual({
      success: false,
      message: "Too many calls",
    });
  });

  it("codes none omits PayEngine's codes from messages", async () => {
    const { sandbox, admin, control } = await openSandbox();
    await control.setDialect({ codes: "none" });

    expect((await new SandboxClient(sandbox.url, "unknown").merchant()).body).toEqual({
      error: true,
      message: "Invalid API key",
    });
    expect((await admin.getMerchant("none")).body).toEqual({ error: true, message: "Merchant not found" });
  });
});
