import type { Environment } from "../provider/config";
import { type Account, type KeyFilter, onAccount } from "../provider/lookup";
import type { PayEngineKey } from "../provider/payengine/read-answer";
import type { Properties } from "./wire";

/**
 * Answers a function of the package, such as `payengine:index:getApiKey`.
 *
 * @throws Error where there is no such key, or PayEngine cannot be asked: failures that are returned, some languages hide.
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

async function oneKey(account: Account, { id, name }: Properties): Promise<Properties> {
  if ((id === undefined) === (name === undefined)) throw new Error("give either id or name");
  return infoOf(id === undefined ? await account.keyByName(String(name)) : await account.keyById(String(id)));
}

async function manyKeys(account: Account, filter: Properties): Promise<Properties> {
  return { keys: (await account.keysLike(filter as KeyFilter)).map(infoOf) };
}

function infoOf({
  id,
  value,
  redacted,
  name,
  type,
  status,
  createdAt,
  lastUsedAt,
}: PayEngineKey): Properties {
  const token = type === "public" ? value : undefined;
  return { keyId: id, name, type, status, createdAt, lastUsedAt, token, redactedToken: redacted };
}
