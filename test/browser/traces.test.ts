import { type OpenPage, useBrowser } from "./fixture";
import { ManageKeys } from "./manage-keys";
import { tracesOf } from "./traces";

const given = useBrowser();

/** A signed-in page that shows the value of a new private key. @param prepare runs before the page is loaded. */
async function shownValue(prepare: (opened: OpenPage) => Promise<void> = async () => {}) {
  const opened = await given.open();
  await prepare(opened);
  const keys = new ManageKeys(opened.page, opened.address);
  await keys.signInWithKey(opened.credential);
  const known = new Set(given.issued);
  await keys.create("checkout", "Private");
  await keys.valueDialog.waitFor();
  const values = [...given.issued].filter((value) => !known.has(value));
  expect(values).toHaveLength(1);
  return { ...opened, keys, value: values[0] };
}

test("the search finds what a page shows and what its script holds", async () => {
  const { page, value, credential } = await shownValue();
  expect(await tracesOf([value], page)).toEqual(["document"]);
  expect(await tracesOf([credential], page)).toEqual(["memory"]);
});

test("Escape, which may be meant for the dialog before, does not take the value away", async () => {
  const { keys, value } = await shownValue();
  for (let presses = 0; presses < 3; presses++) await keys.page.keyboard.press("Escape");
  expect(await keys.takeValue()).toBe(value);
});

test("after Done, the value of a new key is nowhere in the page", async () => {
  const { keys, value, received } = await shownValue();
  await keys.takeValue();
  await keys.button("Details of checkout").click();
  expect(await tracesOf([value], keys.page)).toEqual([]);
  const shown = (await received()).filter(({ body }) => body.includes(value));
  expect(shown.map(({ request }) => request)).toEqual([expect.stringMatching(/^POST .*\/api\/api-keys$/)]);
});

test.each<[string, (keys: ManageKeys) => Promise<unknown>]>([
  ["a reload", ({ page }) => page.reload()],
  [
    "going to another page and back",
    async ({ page }) => {
      await page.goto("about:blank");
      await page.goBack();
    },
  ],
])("after %s, neither the new key nor the one for signing in is anywhere in the page", async (_, leave) => {
  const { keys, value, credential } = await shownValue();
  await leave(keys);
  await keys.heading("Sign in").waitFor();
  expect(await keys.valueDialog.isVisible()).toBe(false);
  expect(await tracesOf([value, credential], keys.page)).toEqual([]);
});

test("after you sign out and go back, the key for signing in is nowhere in the page", async () => {
  const { page, keys, value, credential } = await shownValue();
  await keys.takeValue();
  await keys.signOut();
  expect(await tracesOf([value, credential], page)).toEqual([]);
  await page.goBack();
  await page.goForward();
  await keys.heading("Sign in").waitFor();
  expect(await tracesOf([value, credential], page)).toEqual([]);
});

test("a browser that keeps the page in memory shows no value when a person comes back, and signs out", async () => {
  const shownAgain: string[] = [];
  const { page, address, keys, value, credential } = await shownValue(async (opened) => {
    // The page forbids it, so this browser gets the page without the header that does.
    await opened.page.route(opened.address, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), "cache-control": "max-age=0" } });
    });
    await opened.page.addInitScript(`addEventListener("pageshow", ({ persisted }) =>
      persisted && console.info("shown again", document.documentElement.outerHTML))`);
    opened.page.on("console", (message) => {
      if (message.type() === "info") shownAgain.push(message.text());
    });
  });
  await page.goto("about:blank");
  await page.goBack({ waitUntil: "commit" });
  await page.waitForURL(address);
  await keys.heading("Sign in").waitFor();
  expect(shownAgain).toEqual([expect.stringContaining("Manage Keys")]);
  expect(shownAgain.filter((html) => html.includes(value))).toHaveLength(0);
  expect(await tracesOf([value, credential], page)).toEqual([]);
});
