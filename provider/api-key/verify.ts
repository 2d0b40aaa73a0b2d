import ms from "ms";
import { LONGEST_VERIFICATION_MS } from "../config";
import { authenticates, type PayEngineClient } from "../payengine/calls";
import { messageOf } from "../payengine/errors";
import type { Context } from "./context";
import type { IssuedKey, Verify } from "./state";

/** How long a new private key may take to work where the program says nothing. */
const DEFAULT_LIMIT_MS = 30_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2_000;

/**
 * Calls PayEngine with a new private key until it works.
 *
 * @returns why it must not be used; undefined where it works, is public, or nobody wants to know.
 */
export async function whyUnusable(
  context: Context,
  key: IssuedKey,
  verify: Verify | undefined,
): Promise<string | undefined> {
  if (key.type === "public" || verify === false) return undefined;
  const limit = limitOf(verify);
  const end = context.now().getTime() + limit;
  const client = context.clientFor(key.value);
  let waited = 0;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    const answer = await tried(client);
    if (answer === undefined || (await context.engine.isGone())) return undefined;
    if (waited >= limit || context.now().getTime() >= end)
      return `The key "${key.name}" was made, but did not work within ${ms(limit)}: ${answer}`;
    await context.sleep(wait);
    waited += wait;
  }
}

function limitOf(verify: Verify | undefined): number {
  const limit = typeof verify === "object" ? ms(verify.timeout as ms.StringValue) : DEFAULT_LIMIT_MS;
  return Math.min(limit, LONGEST_VERIFICATION_MS);
}

/** @returns why the key does not work now. */
async function tried(client: PayEngineClient): Promise<string | undefined> {
  try {
    return (await authenticates(client)) ? undefined : "PayEngine answers 401 to it";
  } catch (error) {
    return messageOf(error);
  }
}
