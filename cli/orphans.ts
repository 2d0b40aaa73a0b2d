import { Command } from "commander";
import { findOrphans, type OrphanReport } from "../recovery/orphans";
import { openStack } from "../recovery/pulumi-stack";
import { type RevokeReport, revokeOrphans } from "../recovery/revoke-orphans";
import { EXIT } from "./exit-code";
import { duration } from "./flags";
import { describeActs, describeOrphans, mayAct } from "./orphans-report";
import { withProgress } from "./progress";
import { agrees, counted, isInteractive } from "./terminal";

interface Flags {
  readonly stack?: string;
  readonly cwd?: string;
  readonly revoke: boolean;
  readonly yes: boolean;
  readonly minAge?: number;
  readonly json: boolean;
}

const HELP = `
A key is orphaned if it lives, its exact name stands in this stack's state and its id does not, and state has not
changed for longer than an operation can last: eleven times payengine:requestTimeout and three minutes, 8.5 minutes
by default. State is never imported, and no lock is cleared.

A pending operation is cleared once its key was found and revoked. Where none is found, it is cleared once that time is
over, whatever --min-age says, and only where something proves that the account is the right one: the credential that
began the operation, another key of that credential, or payengine:accountId.

Examples:
  pulumi-payengine orphans                        show what an interrupted update has left
  pulumi-payengine orphans --revoke               ask, revoke it, and clear its pending operations
  pulumi-payengine orphans --revoke --yes --json  the same in CI
  pulumi-payengine orphans --stack prod --cwd infra

After a crash: pulumi cancel, pulumi-payengine orphans --revoke, pulumi up

Exit codes:
  0  nothing is left to do
  1  the command failed
  2  something is left to do: orphans, pending operations, or keys that could not be looked for
  3  the stack is locked, or an operation may still be under way; nothing was done`;

export function orphansCommand(): Command {
  return new Command("orphans")
    .description("find live keys that an interrupted update has left and nobody knows, and revoke them")
    .option("--stack <name>", "the stack; by default the selected one")
    .option("--cwd <folder>", "folder of the Pulumi project; by default this one")
    .option("--revoke", "revoke what is found, and clear its pending operations", false)
    .option("--yes", "do not ask before revoking", false)
    .option(
      "--min-age <duration>",
      'how long state must not have changed before keys are revoked, such as "10m"; by default longer than an ' +
        "operation can last. Give less only if nobody is updating the stack",
      duration,
    )
    .option("--json", "print JSON", false)
    .addHelpText("after", HELP)
    .action(orphans);
}

async function orphans(flags: Flags): Promise<void> {
  const { minAge } = flags;
  // Nobody waits to see first what would be revoked: one look serves.
  const isAgreed = flags.revoke && flags.yes;
  const found = await withProgress(async ({ step: onStep }) => {
    onStep("Asking Pulumi for the stack");
    const stack = await openStack(flags);
    return { stack, first: await (isAgreed ? revokeOrphans : findOrphans)(stack, { minAge, onStep }) };
  });
  let report: OrphanReport | RevokeReport = found.first;
  // What a person is asked about must be seen; JSON on the output must stay alone.
  const willAsk = flags.revoke && !isAgreed && isInteractive();
  if (!flags.json) console.log(describeOrphans(report, flags.revoke));
  else if (willAsk) console.error(describeOrphans(report, flags.revoke));

  const isSomething = report.orphans.length > 0 || report.pendingOperations.length > 0;
  if (flags.revoke && !isAgreed && isSomething && mayAct(report) && (await isAgreedTo(report))) {
    const only = report.orphans.map(({ keyId }) => keyId);
    report = await withProgress(({ step: onStep }) => revokeOrphans(found.stack, { minAge, only, onStep }));
  }
  if (flags.json) console.log(JSON.stringify(report, undefined, 2));
  // What keeps a first look from acting has been said.
  else if ("revoked" in report && isSomething && (mayAct(report) || !isAgreed)) {
    console.log(describeActs(report));
  }
  process.exitCode = exitCode(report);
}

/** What a person is asked to agree to; empty where there is nothing to do. */
function questionOf({ orphans: found, pendingOperations, keepPending }: OrphanReport): string {
  const acts = [
    ...(found.length > 0 ? [`revoke ${counted(found.length, "key")}`] : []),
    ...(pendingOperations.length > 0 && keepPending === undefined
      ? [`clear ${counted(pendingOperations.length, "pending operation")}`]
      : []),
  ];
  const question = acts.join(" and ");
  return question === "" ? "" : `${question.charAt(0).toUpperCase()}${question.slice(1)}?`;
}

async function isAgreedTo(report: OrphanReport): Promise<boolean> {
  const question = questionOf(report);
  if (question === "" || isInteractive()) return question !== "" && agrees(question);
  console.error("Nothing was revoked: there is nobody to ask here. Add --yes to revoke without asking.");
  return false;
}

function exitCode(report: OrphanReport | RevokeReport): number {
  if (!mayAct(report)) return EXIT.inUse;
  const revoked = "revoked" in report ? report.revoked.length : 0;
  const isCleared = "clearedPending" in report && report.clearedPending;
  const pendingLeft = report.pendingOperations.length > 0 && !isCleared;
  const isLeft = report.orphans.length > revoked || report.unreached.length > 0 || pendingLeft;
  return isLeft ? EXIT.left : EXIT.done;
}
