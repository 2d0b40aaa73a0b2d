import { messageOf } from "../provider/errors";
import { listLiveKeys } from "../provider/key-list";
import type { PayEngineKey } from "../provider/payengine-api";
import { type Account, type AccountPool, type Reached, reachAccounts, unreachedBecause } from "./accounts";
import { auditedProviders, unusedProviders } from "./audit-providers";
import { type SettlingOptions, unsettledUntil } from "./settling";
import type { StackLock } from "./stack-lock";
import type { RecordedKey, StackState } from "./stack-state";
import type { StateSource } from "./state-source";
import { groupedByProblem, type Unreached } from "./unreached";

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
  /** Name of the stack or path of the file. */
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
  const names = sources.map(({ name }) => name).join(", ");
  options.onStep?.(`Reading the state of ${names}`);
  const before = await Promise.all(sources.map((source) => source.load()));
  options.onStep?.("Listing the keys at PayEngine");
  const reached = await Promise.all(
    sources.map((source, index) => {
      const state = before[index] as StackState;
      return reachAccounts(pool, source, state, auditedProviders(state));
    }),
  );
  const canonical = sameAccounts(reached.flatMap((byProvider) => [...byProvider.values()]));
  const lists = new Map(
    await Promise.all([...new Set(canonical.values())].map(async (it) => [it, await listAll(it)] as const)),
  );

  const listed = (it: Reached): Listed => {
    if ("problem" in it) return it;
    const account = canonical.get(it.account) as Account;
    const list = lists.get(account) as List;
    return "problem" in list ? list : { account };
  };
  options.onStep?.(`Reading the state of ${names} again`);
  const located = await Promise.all(
    sources.map((source, index) =>
      locate(
        source,
        before[index] as StackState,
        reached[index] as ReadonlyMap<string, Reached>,
        listed,
        options,
      ),
    ),
  );
  return {
    accounts: [...lists].flatMap(([account, list]) => ("live" in list ? [{ account, live: list.live }] : [])),
    keys: located.flatMap(({ keys }) => keys),
    unreached: located.flatMap(({ unreached }) => unreached),
  };
}

/** The account that a provider reaches, once it is listed, or why it is not. */
interface Listed {
  readonly account?: Account;
  readonly problem?: string;
}

/** As in `orphans`: reads lock and state after the lists. */
async function locate(
  source: StateSource,
  earlier: StackState,
  reached: ReadonlyMap<string, Reached>,
  listed: (reached: Reached) => Listed,
  options: SettlingOptions,
): Promise<{ readonly keys: LocatedKey[]; readonly unreached: AuditProblem[] }> {
  const lock = earlier.project === undefined ? undefined : await source.lock(earlier.project);
  const state = await source.load();
  const until = unsettledUntil(earlier, state, reached.values(), options);
  const looks = new Map([...reached].map(([reference, it]) => [reference, listed(it)] as const));
  const problems: { resource: string; problem: string }[] = [];
  const keys = state.keys.map((key): LocatedKey => {
    const { account, problem } = looks.get(key.provider) ?? {};
    const reason = unreachedBecause(key, reached.get(key.provider)) ?? problem;
    if (reason !== undefined) problems.push({ resource: key.resource, problem: reason });
    const seen = reason === undefined ? account : undefined;
    return { ...key, source, state, account: seen, unsettledUntil: until, lock };
  });
  const failed = new Map([...looks].map(([reference, look]) => [reference, look.problem] as const));
  const unreached = groupedByProblem([...problems, ...unusedProviders(state, failed)]);
  return { keys, unreached: unreached.map((it) => ({ source: source.name, ...it })) };
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
