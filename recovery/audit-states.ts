import { type AccountPool, type Reachable, type Reached, reachAccounts, unreachedBecause } from "./accounts";
import { type AccountLists, type AuditedAccount, listAccounts } from "./audit-accounts";
import { auditedProviders, unusedProviders } from "./audit-providers";
import { type SettlingOptions, unsettledUntil } from "./settling";
import type { StackLock } from "./stack-lock";
import type { RecordedKey, StackState } from "./stack-state";
import type { StateSource } from "./state-source";
import { groupedByProblem, type Unreached } from "./unreached";

/** A key of a state, and where it was looked for. */
export interface LocatedKey extends RecordedKey {
  readonly source: StateSource;
  readonly state: StackState;
  /** The account that its provider reaches; undefined where that could not be listed. */
  readonly audited: AuditedAccount | undefined;
  readonly settings: Reachable["settings"] | undefined;
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
  /** Keys and accounts of which no call tells. */
  readonly notAudited: readonly AuditProblem[];
}

/** Reads the states, lists their accounts, and reads the states again. */
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
  const lists = await listAccounts(reached.flatMap((byProvider) => [...byProvider.values()]));
  options.onStep?.(`Reading the state of ${names} again`);
  const located = await Promise.all(
    sources.map((source, index) =>
      locate(
        source,
        before[index] as StackState,
        reached[index] as ReadonlyMap<string, Reached>,
        lists,
        options,
      ),
    ),
  );
  return {
    accounts: [...new Set([...lists.values()].flatMap((list) => ("problem" in list ? [] : [list])))],
    keys: located.flatMap(({ keys }) => keys),
    unreached: located.flatMap(({ unreached }) => unreached),
    notAudited: located.flatMap(({ notAudited }) => notAudited),
  };
}

/** As in `orphans`: reads lock and state after the lists. */
async function locate(
  source: StateSource,
  earlier: StackState,
  reached: ReadonlyMap<string, Reached>,
  lists: AccountLists,
  options: SettlingOptions,
): Promise<Pick<Audited, "unreached" | "notAudited"> & { readonly keys: LocatedKey[] }> {
  const lock = earlier.project === undefined ? undefined : await source.lock(earlier.project);
  const state = await source.load();
  const until = unsettledUntil(earlier, state, reached.values(), options);
  const problemIn = (it: Reached): string | undefined => {
    const list = "problem" in it ? it : lists.get(it.account);
    return list && "problem" in list ? list.problem : undefined;
  };
  const problems: { resource: string; problem: string }[] = [];
  const keys = state.keys.map((key): LocatedKey => {
    const it = reached.get(key.provider);
    const reason = unreachedBecause(key, it) ?? (it && problemIn(it));
    if (reason !== undefined) problems.push({ resource: key.resource, problem: reason });
    const list = reason === undefined && it && "account" in it ? lists.get(it.account) : undefined;
    const audited = list && "live" in list ? list : undefined;
    return { ...key, source, state, audited, settings: it?.settings, unsettledUntil: until, lock };
  });
  const unused = unusedProviders(state, reached, problemIn);
  const byHand = state.madeByHand.map((resource) => ({ resource, problem: MADE_BY_HAND }));
  const ofSource = (it: Unreached) => ({ source: source.name, ...it });
  return {
    keys,
    unreached: groupedByProblem([...problems, ...unused.unreached]).map(ofSource),
    notAudited: groupedByProblem([...byHand, ...unused.notAudited]).map(ofSource),
  };
}

const MADE_BY_HAND =
  "made by hand: no call tells whether it works; revoke it in PayEngine's dashboard when it is no longer needed";
