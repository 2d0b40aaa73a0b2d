import type { PayEngineApi } from "./payengine-api";
import { redact } from "./redact";

/** Asks once for the account behind the credential, and again only after a failure. */
export function accountLookup(api: PayEngineApi): () => Promise<string | undefined> {
  let asked: Promise<string | undefined> | undefined;
  return () => {
    asked ??= api.accountId().catch((error) => {
      asked = undefined;
      throw error;
    });
    return asked;
  };
}

/** Where the account behind the credential is learnt, and which one the configuration pins. */
export interface AccountSource {
  readonly account: () => Promise<string | undefined>;
  readonly pinnedAccount: string | undefined;
}

/**
 * Makes sure that the credential works on the account that is pinned or recorded in state, so that no wrong URL or
 * credential makes, revokes or forgets a key elsewhere.
 *
 * @returns the account's id, or `undefined` where PayEngine does not say it and none is expected.
 */
export async function guardAccount(
  { account, pinnedAccount }: AccountSource,
  expected: { readonly pinned?: string | undefined; readonly recorded?: string | undefined },
): Promise<string | undefined> {
  const actual = await account();
  requireAccount(actual, pinnedAccount ?? expected.pinned, "payengine:accountId pins");
  requireAccount(actual, expected.recorded, "this key's state records");
  return actual;
}

function requireAccount(actual: string | undefined, expected: string | undefined, source: string): void {
  if (expected === undefined || expected === actual) return;
  throw new Error(
    actual === undefined
      ? `PayEngine does not say which account the credential belongs to, but ${source} account ${expected}`
      : `The credential belongs to account ${redact(actual, [])}, but ${source} account ${expected}; ` +
          `use a credential and payengine:apiUrl of account ${expected}`,
  );
}
