import { messageOf } from "../../provider/payengine/errors";
import { type AccountPool, type Reachable, type Reached, reachAccounts, unreachedBecause } from "../accounts";
import { mayChangeUntil, type RecoveryOptions } from "../operation-time";
import { allFewAtOnce } from "../pulumi/few-at-once";
import type { RecordedKey } from "../pulumi/recorded-key";
import type { StackLock } from "../pulumi/stack-lock";
import type { StackState } from "../pulumi/stack-state";
import type { StateSource } from "../pulumi/state-source";
import { groupedByProblem, nothingRead, type SourceProblem, type Unreached, wholeState } from "../unreached";
import { type AccountLists, type AuditedAccount, listAccounts } from "./account-lists";
import { auditedProviders, unusedProviders } from "./audited-providers";

/** A key in a state, and the account where it was looked up. */
export interface LocatedKey extends RecordedKey {
  readonly source: StateSource;
  readonly state: StackState;
  /** The account that its provider reaches; undefined if it could not be listed. */
  readonly audited: AuditedAccount | undefined;
  readonly settings: Reachable["settings"] | undefined;
  /** An operation may be changing its state until then. */
  readonly mayChangeUntil: Date | undefined;
  readonly lock: StackLock | undefined;
}

/** States and accounts side by side. */
export interface Audited {
  /** Names of the states that were read. */
  readonly sources: readonly string[];
  readonly accounts: readonly AuditedAccount[];
  readonly keys: readonly LocatedKey[];
  readonly unreached: readonly SourceProblem[];
  /** Keys and accounts that no request can check. */
  readonly notAudited: readonly SourceProblem[];
}

/** A state as it was before its accounts were listed, with its providers' accounts. */
interface ReachedState {
  readonly source: StateSource;
  readonly earlier: StackState;
  readonly reached: ReadonlyMap<string, Reached>;
}

/** Reads the states, lists their accounts, and reads the states again. */
export async function readAudited(
  pool: AccountPool,
  sources: readonly StateSource[],
  options: RecoveryOptions,
): Promise<Audited> {
  const loaded = await readEach(
    sources.map((source) => ({ source })),
    async ({ source }) => ({ source, earlier: await source.load() }),
    (step) => options.onStep?.(step),
  );
  if (loaded.done.length === 0 && sources.length > 0) throw nothingRead(loaded.failed);
  options.onStep?.("Listing the keys at PayEngine");
  const reached = await allFewAtOnce(loaded.done.map((it) => () => reach(pool, it.source, it.earlier)));
  const lists = await listAccounts(reached.flatMap((it) => [...it.reached.values()]));
  const again = await readEach(
    reached,
    (state) => locate(state, lists, options),
    (step) => options.onStep?.(`${step} again`),
  );
  const located = again.done;
  return {
    sources: loaded.done.map(({ source }) => source.name),
    accounts: [...new Set([...lists.values()].flatMap((list) => ("problem" in list ? [] : [list])))],
    keys: located.flatMap(({ keys }) => keys),
    unreached: [...loaded.failed, ...again.failed, ...located.flatMap(({ unreached }) => unreached)],
    notAudited: located.flatMap(({ notAudited }) => notAudited),
  };
}

/** Reads several states, a few at once. One that cannot be read does not stop the others. */
async function readEach<T extends { readonly source: StateSource }, R>(
  items: readonly T[],
  read: (item: T) => Promise<R>,
  onStep: (step: string) => void,
): Promise<{ readonly done: readonly R[]; readonly failed: readonly SourceProblem[] }> {
  const reads = items.map((item, index) => async (): Promise<{ done: R } | { failed: SourceProblem }> => {
    const place = items.length > 1 ? `, stack ${index + 1} of ${items.length}` : "";
    onStep(`Reading the state of ${item.source.name}${place}`);
    try {
      return { done: await read(item) };
    } catch (error) {
      return { failed: wholeState(item.source.name, messageOf(error)) };
    }
  });
  const results = await allFewAtOnce(reads);
  return {
    done: results.flatMap((it) => ("done" in it ? [it.done] : [])),
    failed: results.flatMap((it) => ("failed" in it ? [it.failed] : [])),
  };
}

async function reach(pool: AccountPool, source: StateSource, earlier: StackState): Promise<ReachedState> {
  return { source, earlier, reached: await reachAccounts(pool, source, earlier, auditedProviders(earlier)) };
}

/** Reads lock and state after the lists, as in `orphans`. */
async function locate(
  { source, earlier, reached }: ReachedState,
  lists: AccountLists,
  options: RecoveryOptions,
): Promise<Omit<Audited, "accounts" | "sources">> {
  const lock = earlier.project === undefined ? undefined : await source.lock(earlier.project);
  const state = await source.load();
  const until = mayChangeUntil(earlier, state, [...reached.values()], options);
  const unlisted = new Map(
    [...reached].flatMap(([reference, it]) => {
      const list = "problem" in it ? it : lists.get(it.account);
      return list && "problem" in list ? [[reference, list.problem] as const] : [];
    }),
  );
  const problems: { resource: string; problem: string }[] = [];
  const keys = state.keys.map((key): LocatedKey => {
    const it = reached.get(key.provider);
    const problem = unreachedBecause(key, it) ?? unlisted.get(key.provider);
    if (problem !== undefined) problems.push({ resource: key.resource, problem });
    const list = problem === undefined && it && "account" in it ? lists.get(it.account) : undefined;
    const audited = list && "live" in list ? list : undefined;
    return { ...key, source, state, audited, settings: it?.settings, mayChangeUntil: until, lock };
  });
  const unused = unusedProviders(state, reached, unlisted);
  const byHand = state.madeByHand.map(({ resource }) => ({ resource, problem: MADE_BY_HAND }));
  const ofSource = (it: Unreached) => ({ source: source.name, ...it });
  return {
    keys,
    unreached: groupedByProblem([...problems, ...unused.unreached]).map(ofSource),
    notAudited: groupedByProblem([...byHand, ...unused.notAudited]).map(ofSource),
  };
}

const MADE_BY_HAND =
  "created by hand: no request can check whether it works; revoke it in PayEngine's dashboard when you no longer need it";
