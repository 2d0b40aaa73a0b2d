import { PageClient } from "./page-client";
import { call } from "./raw-call";
import { type KeyBody, openSandbox } from "./sandbox-client";

const NEW_KEY = { body: { name: "made on the page", type: "private" } };

/** A sandbox, and its page with a signed-in Developer. */
async function signedIn() {
  const opened = await openSandbox();
  const page = new PageClient(opened.sandbox);
  await page.signIn("Developer");
  return { ...opened, page };
}

/** The key in a response of the API. */
const keyIn = (text: string): KeyBody => JSON.parse(text).data;

describe("the API with the page's session", () => {
  it("does what it does for a key of the same user", async () => {
    const { page, control } = await signedIn();

    const created = keyIn((await page.send("POST", "/api/api-keys", NEW_KEY)).text);
    expect(created.key).toMatch(/^[0-9a-f]{108}$/);
    expect(JSON.parse((await page.get("/api/api-keys?q=page")).text).data).toMatchObject([
      { id: created.id, name: "made on the page" },
    ]);
    expect(keyIn((await page.get(`/api/api-keys/${created.id}`)).text)).not.toHaveProperty("key");
    expect((await page.get("/api/merchant")).status).toBe(200);
    expect((await page.send("DELETE", `/api/api-keys/${created.id}`)).status).toBe(200);

    expect(await control.requests()).toMatchObject([
      { operation: "createKey", answered: 200 },
      { operation: "listKeys", answered: 200 },
      { operation: "getKey", answered: 200 },
      { operation: "merchant", answered: 200 },
      { operation: "revokeKey", answered: 200 },
    ]);
  });

  it("manages keys in the dialect consoleOnly, where a private key cannot", async () => {
    const { page, control, admin } = await signedIn();
    await control.setDialect({ manageKeys: "consoleOnly", reveal: "byCall" });

    const { id } = keyIn((await page.send("POST", "/api/api-keys", NEW_KEY)).text);

    expect(keyIn((await page.send("POST", `/api/api-keys/${id}/reveal`)).text).key).toHaveLength(108);
    expect([(await admin.list()).status, (await admin.list()).body]).toEqual([
      401,
      { error: true, message: "jwt malformed" },
    ]);
  });

  it("rejects a User, and somebody who lost the role while signed in", async () => {
    const { sandbox, control, page } = await signedIn();
    const user = new PageClient(sandbox);
    await user.signIn("User");
    await control.setRole("sandbox_developer", "User");

    for (const person of [user, page]) {
      expect((await person.send("POST", "/api/api-keys", NEW_KEY)).status).toBe(403);
      expect((await person.get("/api/api-keys")).status).toBe(403);
      expect((await person.get("/page/keys")).status).toBe(403);
    }
    expect(await control.keys()).toHaveLength(1);
  });

  it("shows each account its own keys only", async () => {
    const { sandbox, page } = await signedIn();
    const other = new PageClient(sandbox);
    await other.signIn("Admin", { account: "production" });
    const { id } = keyIn((await page.send("POST", "/api/api-keys", NEW_KEY)).text);

    expect((await other.get("/page/keys")).text).not.toContain("made on the page");
    expect((await other.get(`/page/keys/${id}/details`)).status).toBe(404);
    expect((await other.get(`/page/keys/${id}/revoke`)).status).toBe(404);
    expect((await other.send("DELETE", `/api/api-keys/${id}`)).status).toBe(404);
  });
});

describe("a request with the cookie that the page did not send", () => {
  it.each([
    ["without the token", ""],
    ["with another token", "A".repeat(43)],
  ])("changes nothing %s", async (_what, token) => {
    const { page, control } = await signedIn();
    const { id } = keyIn((await page.send("POST", "/api/api-keys", NEW_KEY)).text);
    const headers = { "x-csrf-token": token };

    const answers = [
      await page.send("POST", "/api/api-keys", { ...NEW_KEY, headers }),
      await page.send("DELETE", `/api/api-keys/${id}`, { headers }),
      await page.send("POST", "/page/sign-out", { headers }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(JSON.parse(answers[0]?.text ?? "")).toEqual({
      error: true,
      message:
        "The header x-csrf-token does not fit the session. If you signed in again in another tab, reload this page",
    });
    expect(await control.keys()).toMatchObject([{ status: "active" }, { credential: true }]);
    expect((await page.get("/api/api-keys")).status).toBe(200);
  });

  it("gets nothing from a page of another port, which SameSite lets through", async () => {
    const { page } = await signedIn();

    for (const site of ["same-site", "cross-site", "none"])
      for (const path of ["/api/api-keys", "/api/merchant", "/page/keys"]) {
        const { status, text } = await page.send("GET", path, { headers: { "sec-fetch-site": site } });
        expect([path, status, JSON.parse(text).message]).toEqual([
          path,
          403,
          "This request is not from the page Manage Keys of this sandbox. Use the page",
        ]);
      }
    const own = { headers: { "sec-fetch-site": "same-origin" } };
    expect((await page.send("GET", "/page/keys", own)).status).toBe(200);
  });

  it("gets nothing for a tab of a session that another tab has replaced", async () => {
    const { sandbox, page } = await signedIn();
    const { csrfToken } = page.secrets;
    const later = new PageClient(sandbox);
    await later.signIn("Admin", { account: "production" });

    const earlierTab = { headers: { "x-csrf-token": csrfToken } };
    expect((await later.send("GET", "/page/keys", earlierTab)).status).toBe(403);
    expect((await later.send("GET", "/api/api-keys", earlierTab)).status).toBe(403);
  });

  it("has another name or another site's Origin: every part of the page rejects it", async () => {
    const { sandbox, page } = await signedIn();
    const { cookie, csrfToken } = page.secrets;
    const { host, port } = new URL(sandbox.pageUrl);
    const own = { cookie, "x-csrf-token": csrfToken };

    for (const [method, path] of [
      ["GET", "/"],
      ["GET", "/page/script.mjs"],
      ["GET", "/page/keys"],
      ["POST", "/page/sign-in/key"],
      ["POST", "/page/sign-in/user"],
      ["POST", "/page/sign-out"],
      ["POST", "/api/api-keys"],
    ] as const)
      for (const foreign of [
        { host: `rebound.example:${port}` },
        { host, origin: `http://127.0.0.1:${Number(port) + 1}` },
        { host, origin: "null" },
      ]) {
        const { status } = await call(new URL(path, sandbox.pageUrl).href, {
          method,
          headers: { ...own, ...foreign },
        });
        expect([method, path, foreign, status]).toEqual([method, path, foreign, 403]);
      }
    expect((await page.get("/api/api-keys")).status).toBe(200);
  });
});

it("a private key goes before the cookie, and an unknown cookie counts as none", async () => {
  const { page, admin, control } = await signedIn();
  const { key } = await control.newCredential("production", "Admin");
  await admin.create("of the sandbox account");

  const production = { headers: { authorization: `Basic ${key}` } };
  expect((await page.send("GET", "/page/keys", production)).text).not.toContain("of the sandbox account");
  const wrong = { headers: { authorization: "Basic wrong" } };
  expect((await page.send("GET", "/api/api-keys", wrong)).status).toBe(401);

  const cookie = page.secrets.cookie.replace(/.$/, "");
  const { status, text } = await page.send("GET", "/api/api-keys", { headers: { cookie } });
  expect([status, JSON.parse(text).message]).toEqual([401, "E116: No authorization header"]);
});
