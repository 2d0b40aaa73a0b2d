import { join } from "node:path";
import { MERCHANT_IDS } from "../src";
import { openSandbox, SandboxClient } from "./sandbox-client";
import { isInFiles, temporaryFolder } from "./temporary-folder";

const unsupported = {
  status: 400,
  body: { error: true, message: "Unsupported API call. Please check the path and method" },
};

describe("a dialect's calls", () => {
  it("scheme Bearer accepts private keys as Bearer and no longer as Basic", async () => {
    const { sandbox, admin, control } = await openSandbox();
    await control.setDialect({ scheme: "Bearer" });
    const headers = { authorization: `Bearer ${admin.key}` };

    expect((await fetch(`${sandbox.url}/api-keys`, { headers })).status).toBe(200);
    expect(await admin.list()).toMatchObject({
      status: 401,
      body: { error: true, message: "E121: Invalid API key" },
    });
  });

  it("manageKeys consoleOnly rejects private keys for key calls, but not for merchants", async () => {
    const { admin, control } = await openSandbox();
    const { id } = (await admin.create("a")).body.data;
    await control.setDialect({ manageKeys: "consoleOnly", reveal: "byCall" });

    const answers = [
      await admin.create("b"),
      await admin.list(),
      await admin.get(id),
      await admin.send("POST", `/api-keys/${id}/reveal`),
      await admin.revoke(id),
    ];

    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 401, body: { error: true, message: "jwt malformed" } });
    }
    expect((await admin.merchant()).status).toBe(200);
    expect((await admin.getMerchant(MERCHANT_IDS.sandbox[0])).status).toBe(200);
    await control.setDialect({});
    expect(await admin.names()).toEqual(["a"]);
  });

  it("getById false has no call for one key", async () => {
    const { admin, control } = await openSandbox();
    const { id } = (await admin.create("a")).body.data;
    await control.setDialect({ getById: false });

    expect(await admin.get(id)).toMatchObject(unsupported);
    expect((await admin.revoke(id)).status).toBe(200);
  });

  it("revokeBy POST revokes by a separate call, and no longer by DELETE", async () => {
    const { admin, control } = await openSandbox();
    const { id } = (await admin.create("a")).body.data;
    expect(await admin.send("POST", `/api-keys/${id}/revoke`)).toMatchObject(unsupported);
    await control.setDialect({ revokeBy: "POST" });

    expect(await admin.revoke(id)).toMatchObject(unsupported);
    expect(await admin.send("POST", `/api-keys/${id}/revoke`)).toMatchObject({
      status: 200,
      body: { message: "api key revoked", data: { id, status: "revoked" } },
    });
    expect(await admin.names()).toEqual([]);
  });

  it("path moves the keys' calls", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ path: "/v2/developer/keys", reveal: "byCall" });
    const at = "/v2/developer/keys";

    const made = await admin.send<{ data: { id: string } }>("POST", at, { name: "a", type: "private" });
    const { id } = made.body.data;

    expect((await admin.send("GET", `${at}?q=a`)).status).toBe(200);
    expect((await admin.send("GET", `${at}/${id}`)).status).toBe(200);
    expect((await admin.send("POST", `${at}/${id}/reveal`)).status).toBe(200);
    expect((await admin.send("DELETE", `${at}/${id}`)).status).toBe(200);
    expect(await admin.list()).toMatchObject(unsupported);
    await expect(control.setDialect({ path: "keys" })).rejects.toThrow(/returned 400/);
  });

  it("revokedValue 403 is the status of calls with a revoked private key", async () => {
    const { sandbox, admin, control } = await openSandbox();
    const { id, key = "" } = (await admin.create("a")).body.data;
    await admin.revoke(id);
    await control.setDialect({ revokedValue: 403 });

    expect(await new SandboxClient(sandbox.url, key).merchant()).toMatchObject({
      status: 403,
      body: { error: true, message: "E121: Invalid API key" },
    });
    expect((await new SandboxClient(sandbox.url, "unknown").merchant()).status).toBe(401);
  });
});

describe("the dialect reveal byCall", () => {
  it("shows a private value once, by a separate call", async () => {
    const { sandbox, admin, control } = await openSandbox();
    await control.setDialect({ reveal: "byCall" });
    const made = (await admin.create("a")).body.data;
    expect(made).not.toHaveProperty("key");

    const revealed = await admin.send<{ data: { key: string } }>("POST", `/api-keys/${made.id}/reveal`);

    expect(revealed).toMatchObject({ status: 200 });
    expect(revealed.body).toEqual({ data: { id: made.id, key: expect.stringMatching(/^[0-9a-f]{108}$/) } });
    expect((await new SandboxClient(sandbox.url, revealed.body.data.key).merchant()).status).toBe(200);
    expect(await admin.send("POST", `/api-keys/${made.id}/reveal`)).toMatchObject({
      status: 400,
      body: { error: true, message: "E106: Key has been revealed before" },
    });
  });

  it("shows a public value at creation, and cannot reveal an unknown key", async () => {
    const { admin, control } = await openSandbox();
    await control.setDialect({ reveal: "byCall" });
    const { id, key } = (await admin.create("a", "public")).body.data;

    expect(key).toMatch(/^pk_test_/);
    expect((await admin.send("POST", `/api-keys/${id}/reveal`)).status).toBe(400);
    expect((await admin.send("POST", "/api-keys/none/reveal")).status).toBe(404);
  });

  it("does not exist while values are shown at creation", async () => {
    const { admin } = await openSandbox();
    const { id } = (await admin.create("a")).body.data;

    expect(await admin.send("POST", `/api-keys/${id}/reveal`)).toMatchObject(unsupported);
  });

  it("loses an unrevealed value at a restart, because it is not in the database", async () => {
    const folder = temporaryFolder();
    const db = join(folder, "keys.db");
    const first = await openSandbox({ db, seed: 3 });
    await first.control.setDialect({ reveal: "byCall" });
    const { id } = (await first.admin.create("a")).body.data;
    // The same seed generates the same value, so the test knows it without a reveal.
    const twin = await openSandbox({ seed: 3 });
    const { key = "" } = (await twin.admin.create("a")).body.data;
    expect(key).toHaveLength(108);
    expect(isInFiles(folder, key)).toBe(false);
    await first.sandbox.close();
    expect(isInFiles(folder, key)).toBe(false);

    const second = await openSandbox({ db });
    await second.control.setDialect({ reveal: "byCall" });
    const admin = new SandboxClient(second.sandbox.url, first.admin.key);

    expect(await admin.send("POST", `/api-keys/${id}/reveal`)).toMatchObject({ status: 400 });
    expect((await new SandboxClient(second.sandbox.url, key).merchant()).status).toBe(200);
  });
});
