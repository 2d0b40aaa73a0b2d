import { messageOf } from "../../provider/payengine/errors";
import { listKeys } from "../../provider/payengine/key-list";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import type { Reached, ReachedAccount } from "../accounts";

/** An account with all its keys, whoever made them. */
export interface AuditedAccount {
  readonly account: ReachedAccount;
  readonly live: readonly PayEngineKey[];
  /** Ids of all keys that its list shows, revoked ones too. */
  readonly shown: ReadonlySet<string>;
}

/** An account's keys, or why they could not be listed. */
type AccountList = AuditedAccount | { readonly problem: string };

/** Each account with its list. Several credentials may reach one account. */
export type AccountLists = ReadonlyMap<ReachedAccount, AccountList>;

/** Lists the accounts that providers reach. Those that turn out to be one account are listed as one. */
export async function listAccounts(reached: readonly Reached[]): Promise<AccountLists> {
  const accounts = new Set(reached.flatMap((it) => ("account" in it ? [it.account] : [])));
  const lists = new Map<ReachedAccount, AccountList>();
  for (const [account, list] of await Promise.all([...accounts].map(listAll))) {
    const same = [...lists.values()].find((it) => "live" in it && "live" in list && isSame(it, list));
    lists.set(account, same ?? list);
  }
  return lists;
}

async function listAll(account: ReachedAccount): Promise<readonly [ReachedAccount, AccountList]> {
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
