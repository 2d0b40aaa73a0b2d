import { gzipSync } from "node:zlib";
import { ACCOUNT_IDS } from "../src";
import { PageClient } from "./page-client";
import { openSandbox } from "./sandbox-client";

const ATTACK = `<script>alert(1)</script>"' onfocus=alert(1) autofocus x="&amp;`;

/** A sandbox, and its page with a signed-in Admin. */
async function signedIn() {
  const opened = await openSandbox();
  const page = new PageClient(opened.sandbox);
  const { text: view } = await page.signIn("Admin");
  return { ...opened, page, view };
}

/** The text of each cell of a row, without tags. */
function cellsOf(html: string, name: string): string[] {
  const row = html.split("<tr ").find((part) => part.includes(`>${name}</strong>`)) ?? "";
  const cells = row.split("<td ").slice(1, -1);
  return cells.map((cell) =>
    cell
      .replace(/^[^>]*>/, "")
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " ")
      .trim(),
  );
}

it("every part of the page forbids what it does not need", async () => {
  const { page } = await signedIn();

  for (const path of ["/", "/page/script.mjs", "/page/style.css", "/page/keys", "/page/keys/none/details"]) {
    const { headers } = await page.get(path);
    expect([path, headers.get("content-security-policy")]).toEqual([
      path,
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
        "form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    ]);
    expect(Object.fromEntries(headers)).toMatchObject({
      "cache-control": "no-store",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
  }
});

it("the page is at most 100 kB, compressed, and loads nothing from elsewhere", async () => {
  const { page } = await signedIn();
  const document = (await page.get("/")).text;
  const scripts = ["script", "api", "dialogs", "keys", "messages"].map((name) => `/page/${name}.mjs`);
  const styles = Array.from(document.matchAll(/href="([^"]+\.(?:css|svg))"/g), ([, path]) => path ?? "");

  expect(styles).toHaveLength(5);
  const parts = await Promise.all([...scripts, ...styles].map((path) => page.get(path)));
  for (const { status } of parts) expect(status).toBe(200);
  const texts = [document, ...parts.map(({ text }) => text)];
  const bytes = texts.map((text) => gzipSync(text).length).reduce((sum, size) => sum + size);
  console.info(`The page weighs ${bytes} bytes, compressed`);

  expect(bytes).toBeLessThanOrEqual(100_000);
  expect(texts.join("").replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:\/\//);
  // Without the script, a form would send its inputs in the address: none has a name.
  expect(document.match(/<input[^>]* name=(?!"new-type")/)).toBeNull();
  expect(document.match(/<script(?! type="(?:module" src=|application\/json"))|\son\w+=|style=/)).toBeNull();
});

it("a key's name is text, whatever is in it", async () => {
  const { page, admin } = await signedIn();
  const { id } = (await admin.create(ATTACK)).body.data;

  for (const path of ["/", "/page/keys", `/page/keys/${id}/details`, `/page/keys/${id}/revoke`]) {
    const { text } = await page.get(path);
    expect(text).toContain("&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39; onfocus&#61;alert(1)");
    expect(text).not.toContain("<script>");
    expect(text).not.toMatch(/["']\s*onfocus=/);
  }
});

it("no HTML has a private key's value, not even a name that is one", async () => {
  const { page, admin, sandbox } = await signedIn();
  const { id, key = "" } = (await admin.create("a")).body.data;
  const named = (await admin.create(key)).body.data.id;
  const open = (await admin.create("b", "public")).body.data.key ?? "";
  const withKey = { headers: { authorization: `Basic ${admin.key}`, cookie: "" } };

  const pages = [
    await page.get("/"),
    await page.get("/page/keys"),
    ...(await Promise.all([id, named].map((one) => page.get(`/page/keys/${one}/details`)))),
    ...(await Promise.all([id, named].map((one) => page.get(`/page/keys/${one}/revoke`)))),
    await page.send("POST", "/page/sign-in/key", withKey),
  ];

  for (const { status, text } of pages) {
    expect(status).toBe(200);
    expect(text).not.toMatch(/[0-9a-f]{100}/);
    expect(text).not.toContain(sandbox.signInCode);
  }
  expect(pages[1]?.text).toContain(`<code>${open}</code>`);
  expect(pages[1]?.text).toContain("[private key]");
});

it("the table tells who made each key", async () => {
  const { page, admin } = await signedIn();
  for (const name of [
    "shop-dev-web-0123456789-g2-r3",
    "my-shop-dev-web-0123456789",
    "web-0123456789",
    "spare",
  ])
    await admin.create(name);
  await page.send("POST", "/api/api-keys", { body: { name: "app-0123", type: "public" } });

  const { text } = await page.get("/page/keys?size=20");

  const makers = [
    "shop-dev-web-0123456789-g2-r3",
    "my-shop-dev-web-0123456789",
    "web-0123456789",
    "spare",
    "app-0123",
  ];
  expect(makers.map((name) => cellsOf(text, name).at(-1))).toEqual([
    "Pulumi stack dev, resource web, project shop, generation 2",
    "Pulumi my-shop-dev-web, generation 1",
    "Pulumi web, generation 1",
    "By hand sandbox_admin, Admin",
    "By hand sandbox_admin, Admin",
  ]);
  expect(text).toContain('Sandbox<span class="muted">credential of sandbox_admin</span>');
});

it("the table has the same keys as the API's list, in each dialect", async () => {
  const { page, admin, control } = await signedIn();
  for (let number = 1; number <= 11; number++) await admin.create(`k${number}`);
  const { id } = (await admin.create("revoked")).body.data;
  await admin.revoke(id);
  const names = async (query: string) =>
    Array.from(
      (await page.get(`/page/keys?${query}`)).text.matchAll(/data-name="(.*?)"/g),
      ([, name]) => name,
    );

  expect(await names("page=2&size=10&q=k")).toEqual(["k1"]);
  expect(await names("page=1&size=10&q=nothing")).toEqual([]);
  await control.setDialect({ paging: "limit", ignoreQuery: true });
  expect(await names("page=2&limit=10&q=nothing")).toEqual(["k1", expect.stringContaining("credential of")]);
  await control.setDialect({ revokedKeys: "status" });
  const { text } = await page.get("/page/keys?size=10");
  expect(cellsOf(text, "revoked").slice(0, 4)).toEqual([
    "revoked",
    "Private",
    expect.stringContaining("…"),
    "Revoked",
  ]);
  expect(text).toContain('aria-label="Details of revoked"');
  expect(text).not.toContain('aria-label="Revoke revoked"');
  expect((await page.get("/page/keys?size=1000")).status).toBe(422);
});

it("the page's data says how to call the API in the sandbox's dialect", async () => {
  const { page, control } = await signedIn();
  await control.setDialect({
    ...{ path: "/v3/credentials", scheme: "Bearer", casing: "camel", wrapping: "bare", paging: "limit" },
    ...{ reveal: "byCall", revokeBy: "POST", getById: false },
    ...{ fields: { name: "</script>" }, types: { public: "publishable", private: "secret" } },
  });

  const { text } = await page.get("/");

  const [, data = ""] = /<script type="application\/json" id="page-data">(.*?)<\/script>/.exec(text) ?? [];
  expect(JSON.parse(data)).toMatchObject({
    scheme: "Bearer",
    calls: {
      createKey: "POST /v3/credentials",
      listKeys: "GET /v3/credentials",
      revealKey: "POST /v3/credentials/{id}/reveal",
      revokeKey: "POST /v3/credentials/{id}/revoke",
    },
    fields: { id: "id", name: "</script>", type: "type", value: "key" },
    types: { public: "publishable", private: "secret" },
    isWrapped: false,
    sizeParameter: "limit",
  });
  expect(JSON.parse(data).calls).not.toHaveProperty("getKey");
});

it("a User learns which role is needed and whom to ask", async () => {
  const { sandbox, control } = await openSandbox();
  const { userId } = await control.newCredential("sandbox", "Admin");
  await control.newCredential("production", "Admin");
  const page = new PageClient(sandbox);

  const { text } = await page.signIn("User");

  expect(text).toContain("Managing API keys needs the role Admin or Developer. Yours is User.");
  expect(text).toContain(
    `Ask an Admin of this account for the role Developer: <strong>sandbox_admin</strong>, <strong>user ${userId.slice(0, 8)}</strong>.`,
  );
  expect(text).not.toContain("Create API Key");
});

it("with a key in the dialect consoleOnly, the page says to sign in as a user", async () => {
  const { sandbox, control, admin } = await openSandbox();
  await control.setDialect({ manageKeys: "consoleOnly" });
  const headers = { authorization: `Basic ${admin.key}` };

  const { text } = await new PageClient(sandbox).send("POST", "/page/sign-in/key", { headers });

  expect(text).toContain("only people who are signed in to the console can list, create and revoke keys");
  expect(text).not.toContain("Create API Key");
});

it("the sign-in page offers every user of the database, and its parts are not in the log of requests", async () => {
  const { sandbox, control } = await openSandbox();
  const { userId } = await control.newCredential("production", "Developer");

  const { text } = await new PageClient(sandbox).get("/");

  const options = Array.from(text.matchAll(/<option value="(.*?)">(.*?)<\/option>/g), ([, , label]) => label);
  expect(options).toEqual([
    ...["sandbox_admin (Admin of sandbox)", "sandbox_developer (Developer of sandbox)"],
    ...["sandbox_user (User of sandbox)", "production_admin (Admin of production)"],
    ...["production_developer (Developer of production)", "production_user (User of production)"],
    `user ${userId.slice(0, 8)} (Developer of production)`,
  ]);
  expect(text).not.toContain(ACCOUNT_IDS.sandbox);
  expect(await control.requests()).toEqual([]);
});
