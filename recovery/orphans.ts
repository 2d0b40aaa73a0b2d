import { messageOf } from "../provider/payengine/errors";
import { listKeys } from "../provider/payengine/key-list";
import type { PayEngineKey } from "../provider/payengine/read-answer";
import {
  type Account,
  AccountPool,
  NEW,
  type Reachable,
  type Reached,
  reachAccounts,
  unreachedBecause,
} from "./accounts";
import { heldIds, ownersOf } from "./key-owners";
import { type Look, type Looked, reasonToKeep } from "./pending-creates";
import type { PulumiStack } from "./pulumi-stack";
import { type SettlingOptions, unsettledUntil } from "./settling";
import type { StackLock } from "./stack-lock";
import type { RecordedKey, StackState } from "./stack-state";
import { type StateSource, stateOfStack } from "./state-source";
import { groupedByProblem, type Unreached } from "./unreached";

/** A live key whose value nobody knows: its exact name stands in state, and its id does not. */
export interface Orphan {
  /** URN of the resource that it was made for. */
  readonly urn: string;
  /** Name of the resource in the program. */
  readonly resource: string;
  /** The key's name at PayEngine. */
  readonly keyName: string;
  /** The key's id at PayEngine. */
  readonly keyId: string;
  /** When PayEngine made it (ISO 8601), where PayEngine says it. */
  readonly createdAt: string | undefined;
  /** When it was last used (ISO 8601), where PayEngine says it. */
  readonly lastUsedAt: string | undefined;
  /** Where its name stands in state. */
  readonly evidence: RecordedKey["evidence"];
}

/** What a stack's interrupted operations have left at PayEngine. */
export interface OrphanReport {
  /** Name of the stack. */
  readonly stack: string;
  /** What was found. */
  readonly orphans: readonly Orphan[];
  /** What could not be looked at. */
  readonly unreached: readonly Unreached[];
  /** Somebody is updating the stack, so nothing may be revoked. */
  readonly lock: StackLock | undefined;
  /** An operation may still be under way until then, so nothing may be revoked before. */
  readonly waitUntil: Date | undefined;
  /** Operations that never ended: `type urn`. */
  readonly pendingOperations: readonly string[];
  /** Why the pending operations must stay in state; undefined where they may be cleared. */
  readonly keepPending: string | undefined;
}

/** How to look for orphans. */
export interface OrphanOptions extends SettlingOptions {
  /**
   * How long state must not have changed before a key is revoked, in milliseconds. Default: longer than any operation
   * of a key can last (eleven request timeouts and three minutes). Less is safe only where nobody is updating the stack:
   * backends other than folders do not show their locks. A pending operation of which no key is found is kept for the
   * default time, whatever stands here: its request may still make one.
   */
  readonly minAge?: number | undefined;
  /** The clock. Default: this machine's. */
  readonly now?: (() => Date) | undefined;
}

/** What a look has found, and what it takes to act on it. */
export interface Findings {
  readonly report: OrphanReport;
  readonly state: StackState;
  /** The account of each orphan, by the key's id. */
  readonly accountOf: ReadonlyMap<string, Account>;
}

/**
 * Finds live keys of this stack that no state holds. Changes nothing.
 *
 * @throws Error where Pulumi's CLI does not run or the state cannot be read.
 */
export async function findOrphans(stack: PulumiStack, options: OrphanOptions = {}): Promise<OrphanReport> {
  const pool = new AccountPool();
  try {
    return (await look(pool, stateOfStack(stack), options)).report;
  } finally {
    await pool.close();
  }
}

/** Looks at state and at PayEngine once. @mechanism orphans command */
export async function look(
  pool: AccountPool,
  source: StateSource,
  options: OrphanOptions,
): Promise<Findings> {
  const { now = () => new Date(), onStep } = options;
  onStep?.(`Reading the state of ${source.name}`);
  const before = await source.load();
  onStep?.("Listing the keys at PayEngine");
  const reached = await reachAccounts(pool, source, before);
  const lists = await listAccounts(before, reached);
  // In this order: a key that was in the list was made before, so whoever made it either holds the lock still, or has
  // stored it in the state that is read last.
  onStep?.(`Reading the state of ${source.name} again`);
  const lock = before.project === undefined ? undefined : await source.lock(before.project);
  const state = await source.load();

  const looks = new Map(state.keys.map((key) => [key, lookFor(key, reached.get(key.provider), lists)]));
  const problems = [...looks].flatMap(([{ resource }, it]) =>
    "problem" in it ? [{ resource, problem: it.problem }] : [],
  );
  const held = heldIds(state.keys);
  const owner = ownersOf(state.keys.filter((key) => "keys" in (looks.get(key) as Look)));
  const orphans = new Map<string, Orphan>();
  const accountOf = new Map<string, Account>();
  for (const [account, list] of lists) {
    for (const key of "keys" in list ? list.keys : []) {
      const recorded = key.isRevoked || held.has(key.id) ? undefined : owner(key.name);
      if (recorded === undefined) continue;
      orphans.set(key.id, orphan(recorded, key));
      accountOf.set(key.id, account);
    }
  }
  const report = {
    stack: source.name,
    orphans: [...orphans.values()].sort(byName),
    unreached: groupedByProblem(problems),
    lock,
    waitUntil: unsettledUntil(before, state, reached.values(), options),
    pendingOperations: state.pendingOperations,
    keepPending: await reasonToKeep(state, looks, now()),
  };
  return { report, state, accountOf };
}

function byName(left: Orphan, right: Orphan): number {
  return left.resource.localeCompare(right.resource) || left.keyName.localeCompare(right.keyName);
}

/** What an account's list shows of a state's keys, or why it shows nothing. */
type List = Pick<Looked, "keys"> | { readonly problem: string };

async function listAccounts(
  { keys }: StackState,
  reached: ReadonlyMap<string, Reached>,
): Promise<ReadonlyMap<Account, List>> {
  const recordedIn = new Map<Account, RecordedKey[]>();
  for (const key of keys) {
    const it = reached.get(key.provider);
    if (it === undefined || "problem" in it || unreachedBecause(key, it) !== undefined) continue;
    const recorded = recordedIn.get(it.account) ?? [];
    recorded.push(key);
    recordedIn.set(it.account, recorded);
  }
  const held = heldIds(keys);
  const lists = [...recordedIn].map(
    async ([account, recorded]) => [account, await listOwn(account, recorded, held)] as const,
  );
  return new Map(await Promise.all(lists));
}

async function listOwn(
  { client }: Account,
  recorded: readonly RecordedKey[],
  held: ReadonlySet<string>,
): Promise<List> {
  const owner = ownersOf(recorded);
  const names = [...new Set(recorded.map((key) => key.uniqueName))];
  // One name is asked for by itself; for more, one pass over the account's list serves all.
  const query = names.length === 1 ? (names[0] ?? "") : "";
  try {
    const isOwn = ({ id, name }: PayEngineKey) => held.has(id) || owner(name) !== undefined;
    return { keys: await listKeys(client, query, isOwn) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

function lookFor(key: RecordedKey, reached: Reached | undefined, lists: ReadonlyMap<Account, List>): Look {
  const problem = unreachedBecause(key, reached);
  if (problem !== undefined) return { problem };
  const { account, settings } = reached as Reachable;
  return { account, settings, ...(lists.get(account) ?? { problem: NEW }) };
}

function orphan(owner: RecordedKey, key: PayEngineKey): Orphan {
  const { urn, resource, evidence } = owner;
  const { name: keyName, id: keyId, createdAt, lastUsedAt } = key;
  return { urn, resource, evidence, keyName, keyId, createdAt, lastUsedAt };
}
