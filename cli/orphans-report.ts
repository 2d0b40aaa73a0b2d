import ms from "ms";
import type { OrphanReport } from "../recovery/orphans/find-orphans";
import type { RevokeReport } from "../recovery/orphans/revoke-orphans";
import type { StackLock } from "../recovery/pulumi/stack-lock";
import { accountName, hanging, renderRecords, shortTime } from "./layout";
import { unreachedLine } from "./problem-lines";
import { counted, printable } from "./terminal";

const HEAD = ["ACTION", "RESOURCE", "KEY NAME", "KEY ID", "ACCOUNT", "CREATED", "LAST USED", "EVIDENCE"];

/** Says whether the stack is free to act on. */
export function mayAct({ lock, waitUntil }: OrphanReport): boolean {
  return lock === undefined && waitUntil === undefined;
}

/** @param action what the command does with each key. */
export function describeOrphans(report: OrphanReport, action: string): string {
  return [
    ...report.unreached.map((it) => unreachedLine(it)),
    ...report.inUse.map((it) => unreachedLine(it, "Not revoked")),
    foundText(report, possibleAction(report, action)),
    ...pendingLines(report),
    ...useLines(report),
  ].join("\n");
}

function foundText({ orphans, stack, unreached, lookedFor }: OrphanReport, action: string): string {
  if (orphans.length > 0) {
    const rows = orphans.map(({ resource, keyName, keyId, createdAt, lastUsedAt, evidence, ...place }) => {
      const times = [createdAt ? shortTime(createdAt) : "-", lastUsedAt ? shortTime(lastUsedAt) : "never"];
      return [action, resource, keyName, keyId, accountName(place), ...times, evidence];
    });
    return renderRecords(HEAD, rows);
  }
  if (unreached.length === 0) return `Found no orphaned keys of stack ${stack}.`;
  if (lookedFor === 0) return `Could not check whether stack ${stack} has orphaned keys.`;
  return `Found no other orphaned keys of stack ${stack}.`;
}

function possibleAction({ lock, waitUntil }: OrphanReport, action: string): string {
  if (lock !== undefined) return "none: locked";
  return waitUntil === undefined ? action : "none: wait";
}

function pendingLines({ pendingOperations, keepPending }: OrphanReport): string[] {
  if (pendingOperations.length === 0) return [];
  const fate = keepPending === undefined ? "--revoke clears them" : `kept in state: ${keepPending}`;
  return [
    hanging("", `Pending operations (${fate}):`),
    ...pendingOperations.map((operation) => hanging("  ", operation)),
  ];
}

function useLines({ lock, waitUntil }: OrphanReport): string[] {
  if (lock !== undefined) return [lockLine(lock)];
  if (waitUntil === undefined) return [];
  const until = `An operation may still be running until ${waitUntil.toISOString()}.`;
  return [hanging("", `${until} Run this again after that, or add --wait.`)];
}

function lockLine({ owner, host, pid, since }: StackLock): string {
  const age = ms(Math.max(0, Date.now() - since.getTime()), { long: true });
  return hanging(
    "",
    `The stack is locked: ${owner} on ${host} (process ${pid}) has held the lock for ${age}. If that process has ended, run ` +
      "`pulumi cancel`, then run this again.",
  );
}

export function describeActs(report: RevokeReport): string {
  const { revoked, orphans, failed, clearedPending, clearProblem, pendingOperations } = report;
  if (!mayAct(report)) return ["Nothing was revoked.", ...useLines(report)].join("\n");
  const cleared = counted(pendingOperations.length, "pending operation");
  return [
    `Revoked ${revoked.length} of ${counted(orphans.length, "key")}.`,
    ...failed.map(({ keyId, problem }) => hanging("", printable(`Could not revoke ${keyId}: ${problem}`))),
    ...(clearedPending ? [`Cleared ${cleared}.`] : []),
    ...(clearProblem === undefined ? [] : [hanging("", `Could not clear ${cleared}: ${clearProblem}`)]),
  ].join("\n");
}
