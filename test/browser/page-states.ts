import { createHash } from "node:crypto";
import { type RunningSandbox, SandboxControl } from "payengine-sandbox";

import type { ManageKeys } from "./manage-keys";

const DAY = 24 * 3_600_000;

/** Keys of Pulumi programs and of people, oldest first, with their dates in days before now. */
const KEYS: readonly [name: string, type: "public" | "private", created: number, used?: number][] = [
  ["shop-production-storefront-7b20c94e1d", "public", 61],
  ["shop-production-checkout-51d3fa0866", "private", 61, 0.02],
  ["Spreadsheet of the finance team", "private", 48, 12],
  ["shop-staging-checkout-e07a9b4c35", "private", 20, 1.4],
  ["shop-production-webhooks-2c68d1f09a-g2", "private", 6, 0.1],
  ["storefront", "public", 2],
];

/** Adds the keys to a sandbox whose clock shows this time, and uses those that have a last use. */
export async function addKeys({ url, controlUrl = "" }: RunningSandbox, now: Date): Promise<void> {
  const control = new SandboxControl(controlUrl);
  for (const [index, [name, type, created, used]] of KEYS.entries()) {
    const digits = createHash("sha512").update(name).digest("hex").repeat(2);
    const value = type === "public" ? `pk_test_${digits.slice(0, 32)}` : digits.slice(0, 108);
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
    const createdAt = new Date(now.getTime() - created * DAY).toISOString();
    await control.addKey("sandbox", { id, name, type, value, createdAt });
    if (used === undefined) continue;
    await control.advanceClock(-Math.round(used * DAY));
    await fetch(`${url}/merchant`, { headers: { authorization: `Basic ${value}` } });
    await control.advanceClock(Math.round(used * DAY));
  }
}

/** What the states of a page are shown with. */
export interface Stage {
  readonly keys: ManageKeys;
  readonly control: SandboxControl;
  readonly credential: string;
  readonly signInCode: string;
}

/** Takes a page through its states, and names each one when it is reached. */
export async function* statesOf({ keys, control, credential, signInCode }: Stage): AsyncGenerator<string> {
  const { page } = keys;
  await page.goto(keys.address);
  await keys.heading("Sign in").waitFor();
  yield "sign-in";
  await keys.privateKey.fill("0".repeat(108));
  await keys.button("Sign in with this key").click();
  await page.getByRole("alert").filter({ hasText: /\S/ }).waitFor();
  yield "sign-in-refused";
  await keys.signInWithKey(credential);
  await keys.row("storefront").waitFor();
  yield "list";
  await keys.button("Details of storefront").click();
  await keys.dialog("Key details").waitFor();
  yield "details";
  await page.keyboard.press("Escape");
  await page.getByRole("searchbox", { name: "Filter by name" }).fill("no such key");
  await keys.row("storefront").waitFor({ state: "hidden" });
  yield "no-match";
  await page.getByRole("searchbox", { name: "Filter by name" }).fill("");
  await keys.row("storefront").waitFor();
  await keys.button("Create API Key").click();
  const create = keys.dialog("Create API Key");
  await create.getByRole("textbox", { name: "Name" }).fill("checkout");
  await create.getByRole("radio", { name: "Private" }).check();
  yield "create";
  await create.getByRole("button", { name: "Save" }).click();
  await keys.valueDialog.waitFor();
  await keys.row("checkout").waitFor();
  yield "value";
  await keys.valueDialog.getByRole("button", { name: "Done" }).click();
  await keys.button("Revoke checkout").click();
  await keys.dialog("Revoke key").getByRole("textbox").fill("checkout");
  yield "revoke";
  await page.keyboard.press("Escape");
  await control.addFault({ operation: "listKeys", kind: "statusBeforeCommit", status: 500, times: "always" });
  await keys.button("Next page").or(page.getByRole("searchbox")).first().focus();
  await page.getByRole("alert").filter({ hasText: /\S/ }).waitFor();
  yield "error";
  await control.clearFaults();
  await keys.signOut();
  await keys.signInAs("User of sandbox", signInCode);
  yield "user";
}
