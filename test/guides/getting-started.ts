import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pasted, unasked, YES } from "./answers";
import { REPOSITORY } from "./guide";
import { type NewUser, PASSPHRASE } from "./new-user";

export const GUIDE = "docs/getting-started.md";
/** Its sections that only some readers follow. */
export const LOCAL = "A. The local sandbox";
export const ACCOUNT = "B. Your PayEngine account";
export const UNPUBLISHED = "Before publication";

/** Follows the guide until there is a stack. */
export async function makesProject({ reader }: NewUser): Promise<void> {
  await reader.follow("mkdir shop");
  await reader.follow("name: shop");
  await reader.follow("import * as payengine");
  await reader.follow("read -rs PULUMI_CONFIG_PASSPHRASE", unasked(PASSPHRASE));
}

/**
 * Follows the guide from the credential to the end.
 *
 * @param look is given the value while the key lives
 * @returns the value
 */
export async function makesKey(
  { reader }: NewUser,
  credential: string,
  look: (token: string) => Promise<void>,
): Promise<string> {
  await reader.follow("pulumi config set --secret payengine:apiKey", pasted(credential));
  const read = await reader.follow("npx pulumi-payengine doctor");
  expect(read).toContain("\n0 failed, 0 warnings, ");
  expect(await reader.follow("npx pulumi-payengine doctor --write")).toContain("\n0 failed, 0 warnings, ");
  const [pin = ""] = /pulumi config set payengine:accountId [\w-]+/.exec(read) ?? [];
  await reader.enter(pin);
  const shown = await reader.follow("pulumi up", YES);
  expect(shown).not.toMatch(/warning/i);
  const [token = ""] = /(?<![0-9a-f])[0-9a-f]{108}(?![0-9a-f])/.exec(shown) ?? [];
  await look(token);
  const text = await readFile(join(REPOSITORY, GUIDE), "utf8");
  expect(text).toContain(`${reader.commands} lines to type`);
  await reader.follow("pulumi destroy", YES);
  expect(reader.unread).toEqual([]);
  return token;
}

/** Asks the PayEngine at an address whether it knows a private key. */
export async function authenticates(url: string, key: string): Promise<boolean> {
  const { status } = await fetch(`${url}/merchant`, { headers: { authorization: `Basic ${key}` } });
  return status === 200;
}
