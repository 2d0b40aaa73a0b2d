import { randomUUID } from "node:crypto";
import type { SandboxControl } from "payengine-sandbox";
import type { Locator, Page } from "playwright-core";
import { until } from "../e2e/harness/processes";
import { useBrowser } from "./fixture";
import { ManageKeys } from "./manage-keys";

const given = useBrowser();

/** Adds as many public keys as the list needs for a second page. */
async function fillPages(control: SandboxControl): Promise<void> {
  for (let number = 1; number <= 12; number++) {
    const id = randomUUID();
    const value = `pk_test_${id.replaceAll("-", "")}`;
    const name = `shop-${String(number).padStart(2, "0")}`;
    await control.addKey("sandbox", {
      ...{ id, name, value, type: "public", createdAt: new Date().toISOString() },
    });
  }
}

const namesAre = (keys: ManageKeys, expected: string[]) =>
  until(`the list has ${expected.length} keys`, async () => {
    const names = await keys.names();
    return names.length === expected.length && names.every((name, at) => name === expected[at])
      ? true
      : undefined;
  });

test("signed in with a key, a person creates, filters, pages through and revokes keys, and signs out", async () => {
  const { page, address, control, credential } = await given.open();
  await fillPages(control);
  const keys = new ManageKeys(page, address);
  await keys.signInWithKey(credential);
  expect(await page.getByRole("columnheader").allInnerTexts()).toEqual([
    ...["Name", "Type", "Key", "Status", "Created", "Last used", "Made by", "Actions"],
  ]);

  await keys.create("storefront", "Public");
  await keys.row("storefront").waitFor();
  const [storefront] = await control.keys();
  expect(await keys.cells("storefront")).toMatchObject({
    ...{ Type: "Public", Key: storefront.publicValue, Status: "Active", "Last used": "never" },
    "Made by": expect.stringMatching(/^By hand\s+.*Admin$/),
  });
  await keys.create("checkout", "Private");
  const value = await keys.takeValue();
  await keys.row("checkout").waitFor();
  const [checkout] = await control.keys();
  expect(await keys.cells("checkout")).toMatchObject({ Type: "Private", Key: checkout.redacted });
  expect(value).toMatch(/^[0-9a-f]{108}$/);
  await keys.button("Details of checkout").click();
  expect(await keys.dialog("Key details").textContent()).toContain(checkout.id);
  await page.keyboard.press("Escape");

  const first = await keys.names();
  await keys.button("Next page").click();
  await page.getByText(/^11 to /).waitFor();
  const second = await keys.names();
  expect([...first, ...second]).toEqual((await control.keys()).map(({ name }) => name));
  await keys.button("Previous page").click();
  await namesAre(keys, first);
  await page.getByRole("searchbox", { name: "Filter by name" }).fill("out");
  await namesAre(keys, ["checkout"]);

  await keys.button("Revoke checkout").click();
  const revoke = keys.dialog("Revoke key").getByRole("button", { name: "Revoke" });
  await keys.field("Type the name to confirm").fill("storefront");
  expect(await revoke.isDisabled()).toBe(true);
  await page.keyboard.press("Escape");
  await keys.revoke("checkout");
  await keys.row("checkout").waitFor({ state: "hidden" });
  expect((await control.keys()).find(({ id }) => id === checkout.id)?.status).toBe("revoked");

  await keys.signOut();
  expect(await page.context().cookies()).toEqual([]);
});

/** Presses Tab until an element has the focus. */
async function tabTo(page: Page, element: Locator): Promise<void> {
  await element.waitFor();
  for (let presses = 0; presses < 60; presses++) {
    if (await element.evaluate((own) => own === own.ownerDocument.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reaches ${element}`);
}

test("a Developer does everything with the keyboard only, and a reload keeps the session", async () => {
  const { page, address, control, sandbox } = await given.open();
  const keys = new ManageKeys(page, address);
  const type = async (element: Locator, ...pressed: string[]) => {
    await tabTo(page, element);
    for (const key of pressed) await (key.length === 1 ? page.keyboard.type(key) : page.keyboard.press(key));
  };
  await page.goto(address);
  await type(page.getByRole("combobox", { name: "User" }), "ArrowDown");
  await type(keys.field("Sign-in code"), ...sandbox.signInCode, "Enter");
  await keys.heading("Manage Keys").waitFor();
  expect(await page.getByRole("banner").textContent()).toContain("Developer of sandbox");

  await type(keys.button("Create API Key"), "Enter");
  const create = keys.dialog("Create API Key");
  await type(create.getByRole("textbox", { name: "Name" }), ..."checkout");
  await type(create.getByRole("radio", { name: "Private" }), "ArrowUp", "ArrowDown");
  await type(create.getByRole("button", { name: "Save" }), "Enter");
  await type(keys.valueDialog.getByRole("button", { name: "Done" }), "Enter");
  await keys.valueDialog.waitFor({ state: "hidden" });
  await keys.row("checkout").waitFor();

  await page.reload();
  await type(keys.button("Details of checkout"), "Enter");
  await keys.dialog("Key details").waitFor();
  await page.keyboard.press("Escape");
  // The dialog gives the focus back to the button that opened it.
  await keys.dialog("Key details").waitFor({ state: "hidden" });
  expect(
    await keys.button("Details of checkout").evaluate((own) => own === own.ownerDocument.activeElement),
  ).toBe(true);
  await type(keys.button("Revoke checkout"), "Enter");
  await type(keys.field("Type the name to confirm"), ..."checkout", "Enter");
  await keys.row("checkout").waitFor({ state: "hidden" });
  const [checkout] = await control.keys();
  expect(checkout).toMatchObject({ name: "checkout", type: "private", status: "revoked" });
  await type(keys.button("Sign out"), "Enter");
  await keys.heading("Sign in").waitFor();
  expect(await page.context().cookies()).toEqual([]);
});

test("a User sees which role is needed and whom to ask, and can create no key", async () => {
  const { page, address, control, sandbox } = await given.open();
  const keys = new ManageKeys(page, address);
  await keys.signInAs("User of sandbox", sandbox.signInCode);
  const shown = await page.getByRole("main").textContent();
  expect(shown).toContain("Managing API keys needs the role Admin or Developer. Yours is User.");
  expect(shown).toMatch(/Ask an Admin of this account for the role Developer: \S+/);
  expect(await page.getByRole("button").allInnerTexts()).toEqual(["Sign out"]);
  const before = await control.keys();
  const asked = await page.evaluate(async () => {
    const { csrfHeader, csrfToken } = JSON.parse(document.getElementById("page-data")?.textContent ?? "{}");
    const headers = { "content-type": "application/json", [csrfHeader]: csrfToken };
    const body = JSON.stringify({ name: "mine", type: "public" });
    return (await fetch("/api/api-keys", { method: "POST", headers, body })).status;
  });
  expect(asked).toBe(403);
  expect(await control.keys()).toEqual(before);
});
