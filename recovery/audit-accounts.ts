import { messageOf } from "../provider/payengine/errors";
import { listKeys } from "../provider/payengine/key-list";
import type { PayEngineKey } from "../provider/payengine/read-answer";
import type { Account, Reached } from "./accounts";

/** An account with all its keys, whoever made them. */
export interface AuditedAccount {
  readonly account: Account;
  readonly live: readonly PayEngineKey[];
  /** Ids of all keys that its list shows, revoked ones too. */
  readonly shown: ReadonlySet<string>;
}

/** Each account with its list, or why it could not be listed. Several credentials may reach one account. */
export type AccountLists = ReadonlyMap<Account, AuditedAccount | { readonly problem: string }>;

/** Lists the accounts that providers reach. Those that turn out to be one account are listed as one. */
export async function listAccounts(reached: readonly Reached[]): Promise<AccountLists> {
  const accounts = new Set(reached.flatMap((it) => ("account" in it ? [it.account] : [])));
  const lists = new Map<Account, AuditedAccount | { readonly problem: string }>();
  for (const [account, list] of await Promise.all([...accounts].map(listAll))) {
    const same = [...lists.values()].find((it) => "live" in it && "live" in list && isSame(it, list));
    lists.set(account, same ?? list);
  }
  return lists;
}

async function listAll(
  account: Account,
): Promise<readonly [Account, AuditedAccount | { readonly problem: string }]> {
  try {
    const keys = await listKeys(account.client, "", () => true);
    const live = keys.filter(({ isRevoked }) => !isRevoked);
    return [account, { account, live, shown: new Set(keys.map(({ id }) => id)) }];
  } catch (error) {
    return [account, { problem: messageOf(error) }];
  }
}

/** PayEngine seldom tells the account's id, but a key is of one account only. */
function isSame(one: AuditedAccount, other: AuditedAccount): boolean {
  if (one.account.apiUrl !== other.account.apiUrl) return false;
  const isSameId = one.account.id !== undefined && one.account.id === other.account.id;
  return isSameId || [...one.shown].some((id) => other.shown.has(id));
}
