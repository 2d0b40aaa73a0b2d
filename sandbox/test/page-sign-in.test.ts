import { Clock } from "../src/clock";
import { SessionStore } from "../src/page/session-store";
import { PageClient } from "./page-client";
import { openSandbox } from "./sandbox-client";

const MINUTE = 60_000;

/** Headers of a private key, as the page sends them. */
const withKey = (key: string) => ({ headers: { authorization: `Basic ${key}` } });

const messageIn = (text: string): string => JSON.parse(text).message;

describe("signing in as a user", () => {
  it("gives a session in a cookie that no script and no other site can use", async () => {
    const { sandbox } = await openSandbox();
    const { port } = new URL(sandbox.pageUrl);
    const page = new PageClient(sandbox);

    const { status, text, headers } = await page.signIn("Developer");

    expect(status).toBe(200);
    expect(text).toContain("<strong>sandbox_developer</strong> <span>Developer of sandbox</span>");
    const [pair = "", ...flags] = (headers.get("set-cookie") ?? "").split("; ");
    expect(pair).toMatch(new RegExp(`^payengine_sandbox_${port}=[\\w-]{43}$`));
    expect(flags.sort()).toEqual(["HttpOnly", "Max-Age=28800", "Path=/", "SameSite=Strict"]);
    expect((await page.get("/")).text).toContain(">Manage Keys</h1>");
  });

  it.each(["", "wrong", "0000-0000-0000"])("needs the code from the terminal: %j", async (code) => {
    const { sandbox } = await openSandbox();
    const page = new PageClient(sandbox);

    const { status, text, headers } = await page.signIn("Admin", { code });

    expect([status, messageIn(text)]).toEqual([
      401,
      "This is not the sign-in code. The terminal that started the sandbox shows it, and each start makes a new one",
    ]);
    expect(headers.get("set-cookie")).toBeNull();
    expect((await page.get("/")).text).toContain(">Sign in</h1>");
  });

  it("takes the code in capitals and without hyphens", async () => {
    const { sandbox } = await openSandbox();
    const code = ` ${sandbox.signInCode.toUpperCase().replaceAll("-", "")} `;

    expect(await new PageClient(sandbox).signIn("Admin", { code })).toMatchObject({ status: 200 });
  });

  it("needs a user that exists, and a body in its form", async () => {
    const { sandbox } = await openSandbox();
    const page = new PageClient(sandbox);
    const ask = (body: unknown) => page.send("POST", "/page/sign-in/user", { body });

    expect((await ask({ user: "nobody", code: sandbox.signInCode })).status).toBe(404);
    for (const body of [{}, { user: 1, code: 2 }, [], "text"]) expect((await ask(body)).status).toBe(400);
  });

  it("ends by signing out and after eight hours", async () => {
    const { sandbox, control } = await openSandbox();
    const heading = async (page: PageClient) => /<h1[^>]*>(.*)<\/h1>/.exec((await page.get("/")).text)?.[1];
    const [left, stayed] = [new PageClient(sandbox), new PageClient(sandbox)];
    for (const page of [left, stayed]) await page.signIn("Admin");

    const { status, headers } = await left.send("POST", "/page/sign-out");
    expect(status).toBe(204);
    expect(headers.get("set-cookie")).toMatch(/^payengine_sandbox_\d+=; .*Expires=Thu, 01 Jan 1970/);
    expect(await heading(left)).toBe("Sign in");
    expect(await heading(stayed)).toBe("Manage Keys");

    await control.advanceClock(8 * 60 * MINUTE);
    expect(await heading(stayed)).toBe("Sign in");
    expect((await stayed.get("/api/api-keys")).status).toBe(401);
    expect(await stayed.get("/page/keys")).toMatchObject({
      status: 401,
      text: expect.stringContaining("You are signed out. Sign in again"),
    });
  });

  it("ends the oldest of 20 sessions when one more starts", () => {
    const store = new SessionStore(new Clock());
    const sessions = Array.from({ length: 21 }, () => store.start("a user"));

    expect(sessions.map(({ id }) => store.find(id) !== undefined)).toEqual([false, ...Array(20).fill(true)]);
  });
});

describe("signing in with a key", () => {
  it("sets no cookie", async () => {
    const { sandbox, admin } = await openSandbox();

    const answer = await new PageClient(sandbox).send("POST", "/page/sign-in/key", withKey(admin.key));

    expect(answer.status).toBe(200);
    expect(answer.text).toContain("<strong>sandbox_admin</strong> <span>Admin of sandbox</span>");
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  it("says what to do about a key that does not work", async () => {
    const { sandbox, admin } = await openSandbox();
    const open = (await admin.create("open", "public")).body.data.key ?? "";
    const revoked = (await admin.create("revoked")).body.data;
    await admin.revoke(revoked.id);
    const ask = async (key: string) => {
      const { status, text } = await new PageClient(sandbox).send("POST", "/page/sign-in/key", withKey(key));
      return [status, messageIn(text)];
    };

    const unknown =
      "This sandbox does not know this private key, or it is revoked. Check that you copied all of it";
    expect(await ask("f".repeat(108))).toEqual([401, unknown]);
    expect(await ask(revoked.key ?? "")).toEqual([401, unknown]);
    expect(await ask(open)).toEqual([401, "This is a public key. Enter a private key"]);
  });

  it("does not count as a use of the key", async () => {
    const { sandbox, control, admin } = await openSandbox();
    const page = new PageClient(sandbox);

    await page.send("POST", "/page/sign-in/key", withKey(admin.key));
    await page.send("GET", "/page/keys", withKey(admin.key));

    expect(await control.keys()).toMatchObject([{ lastUsedAt: null }]);
  });
});

it("attempts to sign in are limited in both ways together, and the page learns how long to wait", async () => {
  const { sandbox, admin } = await openSandbox();
  const page = new PageClient(sandbox);
  for (let attempt = 0; attempt < 10; attempt++) {
    expect((await page.signIn("Admin", { code: "wrong" })).status).toBe(401);
    expect((await page.send("POST", "/page/sign-in/key", withKey("wrong"))).status).toBe(401);
  }

  const right = await page.signIn("Admin");
  const withRightKey = await page.send("POST", "/page/sign-in/key", withKey(admin.key));

  for (const { status, headers, text } of [right, withRightKey]) {
    expect(status).toBe(429);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(messageIn(text)).toMatch(/^Too many attempts to sign in\. Try again in \d+ seconds$/);
  }
  // Programs are not people who sign in.
  expect((await admin.merchant()).status).toBe(200);
});
