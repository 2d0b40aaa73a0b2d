import { messageOf } from "../../provider/payengine/errors";
import { listKeys } from "../../provider/payengine/key-list";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import type { Reached, ReachedAccount } from "../accounts";

/** An account with all its keys. */
export interface AuditedAccount {
  readonly account: ReachedAccount;
  readonly live: readonly PayEngineKey[];
  /** IDs of all keys in its list, revoked ones too. */
  readonly shown: ReadonlySet<string>;
}

/** An account's keys, or why they could not be listed. */
type AccountList = AuditedAccount | { readonly problem: string };

/** The list of each account. Several credentials may reach one account. */
export type AccountLists = ReadonlyMap<ReachedAccount, AccountList>;

/** Lists the accounts that providers reach, and merges lists of the same account. */
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

/** PayEngine seldom returns an account ID, but a key belongs to one account only. */
function isSame(one: AuditedAccount, other: AuditedAccount): boolean {
  if (one.account.apiUrl !== other.account.apiUrl) return false;
  const isSameId = one.account.id !== undefined && one.account.id === other.account.id;
  return isSameId || [...one.shown].some((id) => other.shown.has(id));
}
