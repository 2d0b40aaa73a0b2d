import { revokeListed } from "../../provider/api-key/sweep";
import { messageOf } from "../../provider/payengine/errors";
import { AccountPool } from "../accounts";
import type { RecoveryOptions } from "../operation-time";
import type { PulumiStack } from "../pulumi/pulumi-stack";
import { readStackState, type StackState } from "../pulumi/stack-state";
import { type Findings, type FoundOrphan, lookForOrphans, type OrphanReport } from "./find-orphans";

/** How to revoke orphans. */
export interface RevokeOptions extends RecoveryOptions {
  /** IDs of the keys that may be revoked, such as the ones that a person confirmed. Default: all orphans. */
  readonly only?: readonly string[] | undefined;
}

/** What {@link revokeOrphans} did. */
export interface RevokeReport extends OrphanReport {
  /** IDs of the revoked keys. */
  readonly revoked: readonly string[];
  /** Keys that could not be revoked, and why. */
  readonly failed: readonly {
    /** The key ID at PayEngine. */
    readonly keyId: string;
    /** Why it could not be revoked. The key may still work. */
    readonly problem: string;
  }[];
  /** Whether pending operations were cleared from state. */
  readonly clearedPending: boolean;
  /** Why the pending operations could not be cleared. */
  readonly clearProblem: string | undefined;
}

/**
 * Revokes the orphans that `findOrphans` finds, then clears the pending operations if all of them create keys and the
 * account of each is proven. Does nothing while the stack is locked or may be in use. Safe to repeat, and to run beside
 * another run or an update: it acts only on a state that has not changed for longer than an operation can last.
 *
 * @throws Error if Pulumi's CLI does not run or the state cannot be read. The report has all later failures.
 */
export async function revokeOrphans(stack: PulumiStack, options: RevokeOptions = {}): Promise<RevokeReport> {
  const pool = new AccountPool(options.onWarning);
  try {
    return await actOn(await lookForOrphans(pool, stack, options), stack, options);
  } finally {
    await pool.close();
  }
}

/**
 * Acts on findings, as {@link revokeOrphans} does.
 *
 * @internal
 */
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

/** @returns why it failed. */
async function clearPending(stack: PulumiStack, looked: StackState): Promise<string | undefined> {
  const reread = async () => readStackState(await stack.exportState());
  try {
    const isInUse = () => isLocked(stack, looked);
    // The CLI reads the state before it takes the lock. A running update shows by its lock, checked before and after the
    // state is read here; an update that has ended shows by the changed state.
    if (await isInUse()) return LOCKED;
    const state = await reread();
    // Another run of this command may have cleared them.
    if (state.pendingOperations.length === 0) return undefined;
    // The CLI clears all pending operations, including those of an update that began and died in between.
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

const LOCKED = "another process has locked the stack; run this again when it is free";

async function isLocked(stack: PulumiStack, { project }: StackState): Promise<boolean> {
  return project !== undefined && (await stack.lock(project)) !== undefined;
}
