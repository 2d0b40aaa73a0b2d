import { until } from "../e2e/harness/processes";
import { useBrowser } from "./fixture";
import { ManageKeys } from "./manage-keys";
import { useOtherSite } from "./other-site";

const site = useOtherSite();
const given = useBrowser(() => site.address);

test("a page that moves its name to this machine reads nothing, makes no credential and revokes no key", async () => {
  const { sandbox, control, context } = await given.open();
  const { keyId } = await control.newCredential("sandbox", "Admin");
  const before = await control.keys();
  site.rebind(sandbox.url);
  // A page of this site may call the sandbox's port as its own origin.
  const { port } = new URL(sandbox.url);
  const page = await context.newPage();
  await page.goto(`http://rebound.example:${port}/`);

  const made = await page.evaluate(async () => {
    const response = await fetch("/__control/accounts/sandbox/credentials", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ role: "Admin" }),
    });
    return [response.status, await response.text()];
  });
  expect(made).toEqual([403, expect.stringContaining(`not at \\"rebound.example:${port}\\"`)]);
  const refused = await page.evaluate(async () => {
    const paths = ["/page/keys", "/page/script.mjs", "/api/merchant", "/__control/keys"];
    return Promise.all(paths.map(async (path) => (await fetch(path)).status));
  });
  expect(refused).toEqual([403, 403, 403, 403]);
  // The browser sends this without a preflight request; it only hides the response from the page.
  const revoked = await page.evaluate(
    async (url) => (await fetch(url, { method: "POST", mode: "no-cors" })).type,
    `${sandbox.controlUrl}/keys/${keyId}/revoke`,
  );
  expect(revoked).toBe("opaque");
  expect(await control.keys()).toEqual(before);
});

test("a page on another port cannot act with a person's cookie, sign anybody in or out, or show the page in a frame", async () => {
  const { page, address, control, sandbox, context } = await given.open();
  const keys = new ManageKeys(page, address);
  await keys.signInAs("Admin of sandbox", sandbox.signInCode);
  const before = { keys: await control.keys(), cookies: await context.cookies() };
  const other = await context.newPage();
  await other.goto(`http://${site.address}/`);

  const body = JSON.stringify({ name: "theirs", type: "public" });
  const attempts: [path: string, request: RequestInit][] = [
    ["api/api-keys", { method: "POST", body, mode: "no-cors" }],
    ["api/api-keys", { method: "POST", body, headers: { "content-type": "application/json" } }],
    ["api/api-keys", {}],
    ["page/keys", {}],
    ["page/keys", { mode: "no-cors" }],
    ["page/sign-out", { method: "POST", mode: "no-cors" }],
  ];
  const outcomes: string[] = [];
  for (const [path, request] of attempts) {
    const outcome = await other.evaluate(
      ([url, init]) => fetch(url, { ...init, credentials: "include" }).then(({ type }) => type, String),
      [address + path, request] as const,
    );
    outcomes.push(outcome);
  }
  // The page can read none of the responses.
  const failed = "TypeError: Failed to fetch";
  expect(outcomes).toStrictEqual(["opaque", failed, failed, failed, failed, "opaque"]);
  // Browsers share cookies between the ports of a host, so the requests had the person's.
  expect(site.cookies.join()).toContain(before.cookies[0].value);

  const signIn = other.waitForResponse(`${address}page/sign-in/user`);
  await other.evaluate((url) => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: url });
    document.body.append(form);
    form.submit();
  }, `${address}page/sign-in/user`);
  expect((await signIn).status()).toBe(403);
  await other.waitForURL(`${address}page/sign-in/user`);

  await other.goto(`http://${site.address}/`);
  await other.evaluate((src) => {
    document.body.append(Object.assign(document.createElement("iframe"), { src }));
  }, address);
  await until("the frame has loaded", () => other.frames()[1]?.url() || undefined);
  expect(other.frames()[1].url()).toBe("chrome-error://chromewebdata/");

  expect({ keys: await control.keys(), cookies: await context.cookies() }).toEqual(before);
  await page.reload();
  await keys.heading("Manage Keys").waitFor();
});

test.each([
  `<img src="x" onerror="document.title='run'">`,
  `"><script>document.title='run'</script>`,
  `<b>'"&amp;</b>-shop-checkout-0123456789`,
])("a key named %s is shown as this text", async (name) => {
  const { page, address, control, credential } = await given.open();
  await control.setDialect({ uniqueNames: "live" });
  const keys = new ManageKeys(page, address);
  await keys.signInWithKey(credential);
  await keys.create(name, "Public");
  await keys.row(name).waitFor();
  const elements = await page.locator("table img, table script, table b").count();
  await keys.button(`Details of ${name}`).click();
  expect(await keys.dialog("Key details").textContent()).toContain(name);
  await page.keyboard.press("Escape");
  // The API repeats the name in its refusal.
  await keys.button("Create API Key").click();
  const dialog = keys.dialog("Create API Key");
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByRole("alert").filter({ hasText: /\S/ }).waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await keys.revoke(name);
  await keys.row(name).waitFor({ state: "hidden" });
  expect({ elements, title: await page.title() }).toEqual({
    elements: 0,
    title: expect.not.stringMatching("run"),
  });
});
