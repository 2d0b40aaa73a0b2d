import { wasHandedOver } from "../../provider/api-key/handed-over";
import { messageOf } from "../../provider/payengine/errors";
import { listKeys } from "../../provider/payengine/key-list";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import {
  AccountPool,
  PROVIDER_IS_NEW,
  presentOf,
  type Reached,
  type ReachedAccount,
  reachAccounts,
  unreachedBecause,
} from "../accounts";
import { ownersOf, recordedIds } from "../key-owners";
import { mayChangeUntil, type RecoveryOptions } from "../operation-time";
import type { PulumiStack } from "../pulumi/pulumi-stack";
import type { RecordedKey } from "../pulumi/recorded-key";
import type { StackLock } from "../pulumi/stack-lock";
import type { StackState } from "../pulumi/stack-state";
import { stateOfStack } from "../pulumi/state-source";
import { groupedByProblem, type Unreached } from "../unreached";
import { type Look, type Looked, reasonToKeep } from "./pending-creates";

/** A live key whose value was lost: its exact name is in state, but its key ID is not. */
export interface Orphan {
  /** URN of its resource. */
  readonly urn: string;
  /** Name of the resource in the program. */
  readonly resource: string;
  /** The key's name at PayEngine. */
  readonly keyName: string;
  /** The key ID at PayEngine. */
  readonly keyId: string;
  /** When PayEngine created it (ISO 8601), if PayEngine returns it. */
  readonly createdAt: string | undefined;
  /** When it was last used (ISO 8601), if PayEngine returns it. */
  readonly lastUsedAt: string | undefined;
  /** Where its name is in state. */
  readonly evidence: RecordedKey["evidence"];
  /** Address of the API. */
  readonly apiUrl: string;
  /** The account ID, if PayEngine returns it. */
  readonly accountId: string | undefined;
  /** Name of the explicit provider in the program; undefined for the default one. */
  readonly provider: string | undefined;
}

/** What a stack's interrupted operations left at PayEngine. */
export interface OrphanReport {
  /** Name of the stack. */
  readonly stack: string;
  /** The orphaned keys that were found. */
  readonly orphans: readonly Orphan[];
  /** What could not be checked. */
  readonly unreached: readonly Unreached[];
  /** Number of keys in state that were looked up. */
  readonly lookedFor: number;
  /** Live keys that are in use but not in state. They are not revoked, because the state is older than they are. */
  readonly inUse: readonly Unreached[];
  /** The lock on the stack. While it is held, nothing is revoked. */
  readonly lock: StackLock | undefined;
  /**
   * An operation may still be running until then, so nothing is revoked before. Also undefined if nothing is pending,
   * unfinished or orphaned.
   */
  readonly waitUntil: Date | undefined;
  /** Operations that never ended: `type urn`. */
  readonly pendingOperations: readonly string[];
  /** Why the pending operations must stay in state; undefined if they may be cleared. */
  readonly keepPending: string | undefined;
}

/**
 * An orphan and its account.
 *
 * @internal
 */
export interface FoundOrphan {
  readonly orphan: Orphan;
  readonly account: ReachedAccount;
}

/**
 * The result of a look, with what is needed to act on it.
 *
 * @internal
 */
export interface Findings {
  readonly report: OrphanReport;
  readonly state: StackState;
  /** In the order of the report. */
  readonly found: readonly FoundOrphan[];
}

/**
 * Finds the orphaned keys of a stack. Changes nothing.
 *
 * @throws Error if Pulumi's CLI does not run or the state cannot be read.
 */
export async function findOrphans(stack: PulumiStack, options: RecoveryOptions = {}): Promise<OrphanReport> {
  const pool = new AccountPool(options.onWarning);
  try {
    return (await lookForOrphans(pool, stack, options)).report;
  } finally {
    await pool.close();
  }
}

/**
 * Looks at state and at PayEngine once. @mechanism orphans command
 *
 * @internal
 */
export async function lookForOrphans(
  pool: AccountPool,
  stack: PulumiStack,
  options: RecoveryOptions,
): Promise<Findings> {
  const { onStep } = options;
  const source = stateOfStack(stack);
  onStep?.(`Reading the state of ${source.name}`);
  const before = await source.load();
  onStep?.("Listing the keys at PayEngine");
  const reached = await reachAccounts(pool, source, before);
  const lists = await listRecorded(before, reached);
  // The order matters. A listed key was created before this point, so its operation either still holds the lock, or has
  // stored the key in the state that is read last.
  onStep?.(`Reading the state of ${source.name} again`);
  const lock = before.project === undefined ? undefined : await source.lock(before.project);
  const state = await source.load();

  const all = [...reached.values()];
  const present = options.now?.() ?? presentOf(all);
  const looks = new Map(state.keys.map((key) => [key, lookFor(key, reached.get(key.provider), lists)]));
  const unknown = unknownKeys(state, looks, lists);
  const used = unknown.filter(({ orphan, settings }) => wasHandedOver(orphan, settings));
  const found = unknown.filter((it) => !used.includes(it));
  const problems = [...looks].flatMap(([{ resource }, it]) =>
    "problem" in it ? [{ resource, problem: it.problem }] : [],
  );
  const report = {
    stack: source.name,
    orphans: found.map(({ orphan }) => orphan),
    unreached: groupedByProblem(problems),
    lookedFor: looks.size - problems.length,
    inUse: groupedByProblem(
      used.map(({ orphan }) => ({ resource: orphan.resource, problem: inUse(orphan) })),
    ),
    lock,
    waitUntil: isSettled(before, state, found) ? undefined : mayChangeUntil(before, state, all, options),
    pendingOperations: state.pendingOperations,
    keepPending: await reasonToKeep(state, looks, present),
  };
  return { report, state, found };
}

/**
 * Says whether no operation can be running. The engine records each operation before it calls the provider, and the
 * result in the same write that ends the operation.
 */
function isSettled(before: StackState, state: StackState, found: readonly FoundOrphan[]): boolean {
  const { pendingOperations, keys, changedAt } = state;
  const isUnchanged = changedAt.getTime() === before.changedAt.getTime();
  const isFinished = keys.every(({ evidence }) => evidence === "resource");
  return isUnchanged && isFinished && pendingOperations.length === 0 && found.length === 0;
}

/** A state's keys in an account's list, or why the list could not be read. */
type List = Pick<Looked, "keys"> | { readonly problem: string };

async function listRecorded(
  { keys }: StackState,
  reached: ReadonlyMap<string, Reached>,
): Promise<ReadonlyMap<ReachedAccount, List>> {
  const recordedIn = new Map<ReachedAccount, RecordedKey[]>();
  for (const key of keys) {
    const it = reached.get(key.provider);
    if (it === undefined || "problem" in it || unreachedBecause(key, it) !== undefined) continue;
    const recorded = recordedIn.get(it.account) ?? [];
    recorded.push(key);
    recordedIn.set(it.account, recorded);
  }
  const held = recordedIds(keys);
  const lists = [...recordedIn].map(
    async ([account, recorded]) => [account, await listOwn(account, recorded, held)] as const,
  );
  return new Map(await Promise.all(lists));
}

async function listOwn(
  { client }: ReachedAccount,
  recorded: readonly RecordedKey[],
  held: ReadonlySet<string>,
): Promise<List> {
  const owner = ownersOf(recorded);
  const names = [...new Set(recorded.map((key) => key.uniqueName))];
  // Search for a single name; for several names, one pass over the whole list is cheaper.
  const query = names.length === 1 ? (names[0] ?? "") : "";
  try {
    const isOwn = ({ id, name }: PayEngineKey) => held.has(id) || owner(name) !== undefined;
    return { keys: await listKeys(client, query, isOwn) };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

function lookFor(
  key: RecordedKey,
  reached: Reached | undefined,
  lists: ReadonlyMap<ReachedAccount, List>,
): Look {
  const problem = unreachedBecause(key, reached);
  if (problem !== undefined) return { problem };
  if (reached === undefined || "problem" in reached) return { problem: PROVIDER_IS_NEW };
  return { ...reached, ...(lists.get(reached.account) ?? { problem: PROVIDER_IS_NEW }) };
}

function unknownKeys(
  { keys, providers }: StackState,
  looks: ReadonlyMap<RecordedKey, Look>,
  lists: ReadonlyMap<ReachedAccount, List>,
): (FoundOrphan & Pick<Looked, "settings">)[] {
  const held = recordedIds(keys);
  const owner = ownersOf([...looks].flatMap(([key, it]) => ("keys" in it ? [key] : [])));
  const found = new Map<string, FoundOrphan & Pick<Looked, "settings">>();
  for (const [account, list] of lists) {
    for (const key of "keys" in list ? list.keys : []) {
      const recorded = key.isRevoked || held.has(key.id) ? undefined : owner(key.name);
      if (recorded === undefined) continue;
      const look = looks.get(recorded);
      if (look === undefined || "problem" in look) continue;
      const provider = providers.get(recorded.provider)?.values.provider;
      const place = { apiUrl: account.apiUrl, accountId: account.id, provider };
      found.set(key.id, {
        orphan: { ...orphanOf(recorded, key), ...place },
        account,
        settings: look.settings,
      });
    }
  }
  return [...found.values()].sort(byName);
}

function orphanOf({ urn, resource, evidence }: RecordedKey, key: PayEngineKey) {
  const { name: keyName, id: keyId, createdAt, lastUsedAt } = key;
  return { urn, resource, evidence, keyName, keyId, createdAt, lastUsedAt };
}

function inUse({ keyName, keyId, lastUsedAt }: Orphan): string {
  return (
    `"${keyName}" (${keyId}) was used at ${lastUsedAt}, later than the provider's own check of it, so this state is older than the key; ` +
    "restore the latest state, or, if nothing uses the key, revoke it in PayEngine's dashboard"
  );
}

function byName({ orphan: left }: FoundOrphan, { orphan: right }: FoundOrphan): number {
  return left.resource.localeCompare(right.resource) || left.keyName.localeCompare(right.keyName);
}
