import ms from "ms";
import type { OrphanReport } from "../recovery/orphans/find-orphans";
import type { RevokeReport } from "../recovery/orphans/revoke-orphans";
import type { StackLock } from "../recovery/pulumi/stack-lock";
import type { Unreached } from "../recovery/unreached";
import { renderTable } from "./table";
import { counted, fewOf, printable } from "./terminal";

const HEAD = ["RESOURCE", "KEY NAME", "KEY ID", "CREATED", "LAST USED", "EVIDENCE", "ACTION"];

/** Says whether nobody is using the stack. */
export function mayAct({ lock, waitUntil }: OrphanReport): boolean {
  return lock === undefined && waitUntil === undefined;
}

/** @param action what the command was asked to do with each key. */
export function describeOrphans(report: OrphanReport, action: string): string {
  const possible = possibleAction(report, action);
  const rows = report.orphans.map(({ resource, keyName, keyId, createdAt, lastUsedAt, evidence }) => {
    return [resource, keyName, keyId, createdAt ?? "-", lastUsedAt ?? "never", evidence, possible];
  });
  return [
    ...(rows.length > 0
      ? [renderTable(HEAD, rows)]
      : [`No orphaned keys of stack ${report.stack} were found.`]),
    ...report.unreached.map((it) => unreachedLine(it)),
    ...pendingLines(report),
    ...useLines(report),
  ].join("\n");
}

function possibleAction({ lock, waitUntil }: OrphanReport, action: string): string {
  if (lock !== undefined) return "none: locked";
  return waitUntil === undefined ? action : "none: wait";
}

export function unreachedLine({ resources, problem }: Unreached, label = "Not looked at"): string {
  return printable(`${label}: ${fewOf(resources)}: ${problem}`);
}

function pendingLines({ pendingOperations, keepPending }: OrphanReport): string[] {
  if (pendingOperations.length === 0) return [];
  const fate = keepPending === undefined ? "--revoke clears them" : `they stay in state: ${keepPending}`;
  return [`Pending operations (${fate}):`, ...pendingOperations.map((operation) => `  ${operation}`)];
}

function useLines({ lock, waitUntil }: OrphanReport): string[] {
  if (lock !== undefined) return [lockLine(lock)];
  if (waitUntil === undefined) return [];
  return [
    `An operation may still be running until ${waitUntil.toISOString()}. Run this again after that, or add --wait.`,
  ];
}

function lockLine({ owner, host, pid, since }: StackLock): string {
  const age = ms(Math.max(0, Date.now() - since.getTime()), { long: true });
  return (
    `The stack is locked by ${owner} on ${host}, process ${pid}, for ${age}. If that process is dead, run ` +
    "`pulumi cancel`, then this again."
  );
}

export function describeActs(report: RevokeReport): string {
  const { revoked, orphans, failed, clearedPending, clearProblem, pendingOperations } = report;
  if (!mayAct(report)) return ["Nothing was revoked.", ...useLines(report)].join("\n");
  const cleared = counted(pendingOperations.length, "pending operation");
  return [
    `Revoked ${revoked.length} of ${counted(orphans.length, "key")}.`,
    ...failed.map(({ keyId, problem }) => printable(`Could not revoke ${keyId}: ${problem}`)),
    ...(clearedPending ? [`Cleared ${cleared}.`] : []),
    ...(clearProblem === undefined ? [] : [`Could not clear ${cleared}: ${clearProblem}`]),
  ].join("\n");
}
