import type { Environment } from "../provider/config-keys";
import { type Account, infoOf, type KeyFilter, onAccount } from "../provider/lookup";
import type { Properties } from "./wire";

/**
 * Runs a function of the package, such as `payengine:index:getApiKey`.
 *
 * @throws Error if there is no such key, or PayEngine cannot be reached. Some languages hide returned failures.
 */
export async function lookUp(
  token: string,
  args: Properties,
  get: (key: string) => string | undefined,
  env: Environment,
): Promise<Properties> {
  const name = token.split(":").at(-1);
  try {
    if (name === "getApiKey") return await onAccount(get, env, (account) => oneKey(account, args));
    if (name === "listApiKeys") return await onAccount(get, env, (account) => manyKeys(account, args));
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}`);
  }
  throw new Error(`payengine has no function ${token}`);
}

async function oneKey(account: Account, args: Properties): Promise<Properties> {
  return infoOf(await account.keyBy(args));
}

async function manyKeys(account: Account, filter: Properties): Promise<Properties> {
  return { keys: (await account.keysLike(filter as KeyFilter)).map(infoOf) };
}
