import type { FaultInput } from "payengine-sandbox";
import { type OpenPage, useBrowser } from "./fixture";
import { ManageKeys } from "./manage-keys";

const given = useBrowser();

interface SignedIn extends OpenPage {
  readonly keys: ManageKeys;
}

async function signedIn(fault: FaultInput): Promise<SignedIn> {
  const opened = await given.open();
  const keys = new ManageKeys(opened.page, opened.address);
  await keys.signInWithKey(opened.credential);
  await keys.button("Create API Key").waitFor();
  await opened.control.addFault(fault);
  return { ...opened, keys };
}

/** Fills in the dialog and saves it, without waiting for what comes of it. */
async function save({ keys }: SignedIn): Promise<void> {
  await keys.button("Create API Key").click();
  const dialog = keys.dialog("Create API Key");
  await dialog.getByRole("textbox", { name: "Name" }).fill("checkout");
  await dialog.getByRole("button", { name: "Save" }).click();
}

const saidIn = ({ page }: SignedIn) => page.getByRole("alert").filter({ hasText: /\S/ }).first();

test("a key that the browser created by sending the request again is named beside the value of the other", async () => {
  const opened = await signedIn({ operation: "createKey", kind: "dropAfterCommit" });
  await save(opened);
  const { keys, control } = opened;
  await keys.valueDialog.getByRole("alert").filter({ hasText: /\S/ }).waitFor();
  const [shown, lost] = await control.keys();
  expect([shown.name, lost.name]).toEqual(["checkout", "checkout"]);
  const value = await keys.takeValue();
  expect([value.slice(0, 4), value.slice(-4)].join("…")).toBe(shown.redacted);
  // The page still says it after the dialog.
  expect(await saidIn(opened).textContent()).toBe(
    `The request also created a key named checkout whose value was not shown. Revoke the key with the ID ${lost.id}`,
  );
});

test.each<[string, FaultInput, string]>([
  [
    "with a masked value",
    { operation: "createKey", kind: "maskedValue", form: "dots" },
    "The response does not have the key's value",
  ],
  [
    "with a refusal",
    { operation: "createKey", kind: "statusAfterCommit", status: 409, message: "Name in use" },
    "Name in use",
  ],
])("a key that was created by a request answered %s is named, to revoke it", async (_, fault, problem) => {
  const opened = await signedIn(fault);
  await save(opened);
  await saidIn(opened).waitFor();
  const [{ id }] = await opened.control.keys();
  expect(await saidIn(opened).textContent()).toBe(
    `${problem}. The request created a key named checkout whose value was not shown. Revoke the key with the ID ${id}`,
  );
  expect(await opened.keys.valueDialog.isVisible()).toBe(false);
});

test("while a key is being created, a person who leaves is asked, and who signs out is told to wait", async () => {
  const opened = await signedIn({ operation: "createKey", kind: "delay", afterCommitMs: 3_000 });
  const { page, keys } = opened;
  const asked = new Promise<string>((resolve) =>
    page.once("dialog", async (dialog) => {
      await dialog.dismiss();
      resolve(dialog.type());
    }),
  );
  await save(opened);
  await page.keyboard.press("Escape");
  await keys.button("Sign out").click();
  expect(await saidIn(opened).textContent()).toBe(
    "A key is being created. Wait for its value, and sign out then",
  );
  await page.evaluate(() => setTimeout(() => location.reload()));
  expect(await asked).toBe("beforeunload");
  expect(await keys.takeValue()).toMatch(/^[0-9a-f]{108}$/);
});
