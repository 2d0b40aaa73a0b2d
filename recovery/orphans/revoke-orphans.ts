import { revokeListed } from "../../provider/api-key/sweep";
import { messageOf } from "../../provider/payengine/errors";
import { AccountPool } from "../accounts";
import type { RecoveryOptions } from "../operation-time";
import type { PulumiStack } from "../pulumi/pulumi-stack";
import { readStackState, type StackState } from "../pulumi/stack-state";
import { type Findings, type FoundOrphan, lookForOrphans, type OrphanReport } from "./find-orphans";

/** How to revoke orphans. */
export interface RevokeOptions extends RecoveryOptions {
  /** Ids of the keys that may be revoked: what a person has agreed to. Default: all that are found. */
  readonly only?: readonly string[] | undefined;
}

/** What {@link revokeOrphans} did. */
export interface RevokeReport extends OrphanReport {
  /** Ids of the keys that were revoked. */
  readonly revoked: readonly string[];
  /** Keys that could not be revoked, and why. */
  readonly failed: readonly {
    /** The key's id at PayEngine. */
    readonly keyId: string;
    /** Why it could not be revoked: it may still work. */
    readonly problem: string;
  }[];
  /** Whether pending operations were cleared from state. */
  readonly clearedPending: boolean;
  /** Why clearing the pending operations was begun and did not succeed. */
  readonly clearProblem: string | undefined;
}

/**
 * Revokes what `findOrphans` finds, then clears pending operations where all of them are creations of keys and it is
 * proven that all of those were looked for in the right account. Does nothing while the stack is locked or may be in
 * use. Safe to run twice, side by side and beside an update: it acts only on a state that has not changed for longer
 * than an operation can last.
 *
 * @throws Error where Pulumi's CLI does not run or the state cannot be read; what fails later is in the report.
 */
export async function revokeOrphans(stack: PulumiStack, options: RevokeOptions = {}): Promise<RevokeReport> {
  const pool = new AccountPool(options.onWarning);
  try {
    return await actOn(await lookForOrphans(pool, stack, options), stack, options);
  } finally {
    await pool.close();
  }
}

/** Acts on what a look has just found, as {@link revokeOrphans} says. */
export async function actOn(
  { report, state, found }: Findings,
  stack: PulumiStack,
  { only, onStep }: RevokeOptions,
): Promise<RevokeReport> {
  const nothing = { revoked: [], failed: [], clearedPending: false, clearProblem: undefined };
  if (report.lock !== undefined || report.waitUntil !== undefined) return { ...report, ...nothing };
  const agreed = found.filter(({ orphan }) => only?.includes(orphan.keyId) ?? true);
  const acts = await revokeFound(agreed, onStep);
  const isClean = acts.revoked.length === report.orphans.length;
  const mayClear = isClean && report.pendingOperations.length > 0 && report.keepPending === undefined;
  if (mayClear) onStep?.("Clearing pending operations");
  const clearProblem = mayClear ? await clearPending(stack, state) : undefined;
  return { ...report, ...acts, clearedPending: mayClear && clearProblem === undefined, clearProblem };
}

async function revokeFound(found: readonly FoundOrphan[], onStep: RevokeOptions["onStep"]) {
  const revoked: string[] = [];
  const failed: { keyId: string; problem: string }[] = [];
  for (const [index, { orphan, account }] of found.entries()) {
    const { keyId, keyName } = orphan;
    onStep?.(`Revoking key ${index + 1} of ${found.length}`);
    try {
      await revokeListed(account.client, { id: keyId, name: keyName });
      revoked.push(keyId);
    } catch (error) {
      failed.push({ keyId, problem: messageOf(error) });
    }
  }
  return { revoked, failed };
}

/** @returns why it did not succeed. */
async function clearPending(stack: PulumiStack, looked: StackState): Promise<string | undefined> {
  const reread = async () => readStackState(await stack.exportState());
  try {
    const isInUse = () => isLocked(stack, looked);
    // The CLI reads the state that it rewrites before it takes the lock. An update that runs is seen by the lock before
    // or after the state is read here, one that has come and gone by the state.
    if (await isInUse()) return LOCKED;
    const state = await reread();
    // Another run of this command may have cleared them.
    if (state.pendingOperations.length === 0) return undefined;
    // The CLI clears whatever it finds: also what an update has left that began and died meanwhile.
    if (state.changedAt.getTime() !== looked.changedAt.getTime())
      return "the state has changed; run this again";
    if (await isInUse()) return LOCKED;
    await stack.clearPendingCreates(state.root);
    return undefined;
  } catch (error) {
    const isCleared = await reread().then(
      ({ pendingOperations }) => pendingOperations.length === 0,
      () => false,
    );
    return isCleared ? undefined : messageOf(error);
  }
}

const LOCKED = "somebody has locked the stack meanwhile; run this again when it is free";

async function isLocked(stack: PulumiStack, { project }: StackState): Promise<boolean> {
  return project !== undefined && (await stack.lock(project)) !== undefined;
}
