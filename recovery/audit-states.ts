import { listLiveKeys } from "../provider/api-key/strays";
import { messageOf } from "../provider/errors";
import type { PayEngineKey } from "../provider/payengine-api";
import { type Account, type AccountPool, type Reached, reachAccounts } from "./accounts";
import type { Unreached } from "./orphans";
import { type SettlingOptions, unsettledUntil } from "./settling";
import type { StackLock } from "./stack-lock";
import type { RecordedKey, StackState } from "./stack-state";
import type { StateSource } from "./state-source";

/** An account with all its live keys, whoever made them. */
export interface AuditedAccount {
  readonly account: Account;
  readonly live: readonly PayEngineKey[];
}

/** A key of a state, and where it was looked for. */
export interface LocatedKey extends RecordedKey {
  readonly source: StateSource;
  readonly state: StackState;
  /** The account that its provider reaches; undefined where that could not be listed. */
  readonly account: Account | undefined;
  /** Somebody may be changing its state until then. */
  readonly unsettledUntil: Date | undefined;
  readonly lock: StackLock | undefined;
}

/** What could not be looked at in one of the states. */
export interface AuditProblem extends Unreached {
  readonly source: string;
}

/** States and accounts side by side. */
export interface Audited {
  readonly accounts: readonly AuditedAccount[];
  readonly keys: readonly LocatedKey[];
  readonly unreached: readonly AuditProblem[];
}

/** Reads the states, lists their accounts once each, and reads the states again. */
export async function readAudited(
  pool: AccountPool,
  sources: readonly StateSource[],
  options: SettlingOptions,
): Promise<Audited> {
  const before = await Promise.all(sources.map((source) => source.load()));
  const reached = await Promise.all(
    sources.map((source, index) => reachAccounts(pool, source, before[index] as StackState)),
  );
  const canonical = sameAccounts(reached.flatMap((byProvider) => [...byProvider.values()]));
  const lists = new Map(
    await Promise.all([...new Set(canonical.values())].map(async (it) => [it, await listAll(it)] as const)),
  );

  // As in `orphans`: locks and states after the lists.
  const located = await Promise.all(
    sources.map(async (source, index) => {
      const earlier = before[index] as StackState;
      const byProvider = reached[index] as ReadonlyMap<string, Reached>;
      const lock = earlier.project === undefined ? undefined : await source.lock(earlier.project);
      const state = await source.load();
      const until = unsettledUntil(earlier, state, byProvider.values(), options);
      return state.keys.map((key): { key: LocatedKey; problem: string | undefined } => {
        const it = byProvider.get(key.provider);
        const account = it !== undefined && "account" in it ? canonical.get(it.account) : undefined;
        const list = account === undefined ? undefined : lists.get(account);
        const problem = problemOf(key, it, list);
        const listed = problem === undefined ? account : undefined;
        return { key: { ...key, source, state, account: listed, unsettledUntil: until, lock }, problem };
      });
    }),
  );
  const all = located.flat();
  return {
    accounts: [...lists].flatMap(([account, list]) => ("live" in list ? [{ account, live: list.live }] : [])),
    keys: all.map(({ key }) => key),
    unreached: grouped(all.flatMap(({ key, problem }) => (problem === undefined ? [] : [{ key, problem }]))),
  };
}

type List = { readonly live: readonly PayEngineKey[] } | { readonly problem: string };

async function listAll({ api }: Account): Promise<List> {
  try {
    return { live: await listLiveKeys(api, "", () => true) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

/** Several credentials may reach one account: it is listed once. */
function sameAccounts(reached: readonly Reached[]): Map<Account, Account> {
  const byId = new Map<string, Account>();
  const canonical = new Map<Account, Account>();
  for (const it of reached) {
    if (!("account" in it) || canonical.has(it.account)) continue;
    const { account } = it;
    const key = `${account.apiUrl} ${account.id}`;
    if (account.id !== undefined && !byId.has(key)) byId.set(key, account);
    canonical.set(account, byId.get(key) ?? account);
  }
  return canonical;
}

function problemOf(
  key: RecordedKey,
  reached: Reached | undefined,
  list: List | undefined,
): string | undefined {
  if (reached === undefined) return "its provider is new in state; run this again";
  if ("problem" in reached) return reached.problem;
  const { id } = reached.account;
  if (key.accountId !== undefined && id !== undefined && key.accountId !== id) {
    return `the credential belongs to account ${id}, but state records account ${key.accountId}`;
  }
  if (list !== undefined && "problem" in list) return list.problem;
  if (key.isDamaged) return "state holds a value without the id of its key";
  return undefined;
}

function grouped(problems: readonly { key: LocatedKey; problem: string }[]): AuditProblem[] {
  const byProblem = new Map<string, { source: string; resources: string[]; problem: string }>();
  for (const { key, problem } of problems) {
    const source = key.source.name;
    const group = byProblem.get(`${source} ${problem}`) ?? { source, resources: [], problem };
    group.resources.push(key.resource);
    byProblem.set(`${source} ${problem}`, group);
  }
  return [...byProblem.values()];
}
