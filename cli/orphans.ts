import { Command, Option } from "commander";
import { AccountPool } from "../recovery/accounts";
import { type Findings, lookForOrphans, type OrphanReport } from "../recovery/orphans/find-orphans";
import { actOn, type RevokeReport, revokeOrphans } from "../recovery/orphans/revoke-orphans";
import { openStack, type PulumiStack } from "../recovery/pulumi/pulumi-stack";
import { EXIT } from "./exit-code";
import { readDuration } from "./flags";
import { lookWhenIdle } from "./look-when-idle";
import { describeActs, describeOrphans, mayAct } from "./orphans-report";
import { withProgress } from "./progress";
import { agrees, counted, isInteractive, printWarning } from "./terminal";

interface Flags {
  readonly stack?: string;
  readonly cwd?: string;
  readonly revoke: boolean;
  readonly yes: boolean;
  readonly minAge?: number;
  readonly wait?: number;
  readonly json: boolean;
}

const HELP = `
A key is orphaned if it lives, its exact name stands in this stack's state and its id does not, and state has not
changed for longer than an operation can last: eleven times payengine:requestTimeout and four minutes, 9.5 minutes
by default. Where nothing is pending, unfinished or locked, there is nothing to wait for. State is never imported, and no
lock is cleared.

A pending operation is cleared once its key was found and revoked. Where none is found, it is cleared once that time is
over, whatever --min-age says, and only where something proves that the account is the right one: the credential that
began the operation, another key of that credential, or payengine:accountId.

Examples:
  pulumi-payengine orphans                        show what an interrupted update has left
  pulumi-payengine orphans --revoke --wait        wait, ask, revoke it, and clear its pending operations
  pulumi-payengine orphans --revoke --yes --wait  the same in CI
  pulumi-payengine orphans --stack prod --cwd infra

After a crash: pulumi cancel, pulumi-payengine orphans --revoke --wait, pulumi up

Exit codes:
  0  nothing is left to do
  1  the command failed
  2  something is left to do: orphans, pending operations, or keys that could not be looked for
  3  the stack is locked, or an operation may still be running; nothing was done`;

export function orphansCommand(): Command {
  return new Command("orphans")
    .description("find live keys that an interrupted update left, whose values were lost, and revoke them")
    .option("--stack <name>", "the stack; by default the selected one")
    .option("--cwd <folder>", "folder of the Pulumi project; by default this one")
    .option("--revoke", "revoke what is found, and clear its pending operations", false)
    .option("--yes", "do not ask before revoking", false)
    .option(
      "--min-age <duration>",
      'how long state must not have changed before keys are revoked, such as "10m"; by default longer than an ' +
        "operation can last. Give less only if nobody is updating the stack",
      readDuration,
    )
    .addOption(
      new Option(
        "--wait [duration]",
        "wait until no operation can be running any more and the stack is not locked, for so long at most",
      )
        .preset("15m")
        .argParser(readDuration),
    )
    .option("--json", "print JSON", false)
    .addHelpText("after", HELP)
    .action(orphans);
}

async function orphans(flags: Flags): Promise<void> {
  const pool = new AccountPool(printWarning);
  try {
    const plan = await makePlan(pool, flags);
    const consent = await confirm(plan.findings.report, flags);
    const report = consent === "none" ? plan.findings.report : await apply(plan, consent, flags);
    if (flags.json) console.log(JSON.stringify(report, undefined, 2));
    process.exitCode = exitCode(report);
  } finally {
    await pool.close();
  }
}

/** What a stack's interrupted operations have left. */
interface Plan {
  readonly stack: PulumiStack;
  readonly findings: Findings;
}

async function makePlan(pool: AccountPool, flags: Flags): Promise<Plan> {
  return withProgress(async (progress) => {
    const { step: onStep } = progress;
    onStep("Asking Pulumi for the stack");
    const stack = await openStack(flags);
    const look = () => lookForOrphans(pool, stack, { minAge: flags.minAge, onStep });
    return { stack, findings: await lookWhenIdle(look, flags.wait ?? 0, progress) };
  });
}

/** Who agreed to the plan: a flag, before it was made, or a person who has read it. */
type Consent = "none" | "by flag" | "by person";

/** Shows the plan, and asks the person at the terminal where no flag agrees. */
async function confirm(report: OrphanReport, { revoke, yes, json }: Flags): Promise<Consent> {
  const mayAsk = revoke && !yes && isInteractive();
  // What a person is asked about must be seen; JSON on the output must stay alone.
  if (!json) console.log(describeOrphans(report, revoke ? "revoke" : "none without --revoke"));
  else if (mayAsk) console.error(describeOrphans(report, "revoke"));
  if (!revoke) return "none";
  if (yes) return "by flag";
  if (!hasAnything(report) || !mayAct(report)) return "none";
  const question = questionOf(report);
  if (mayAsk) return question !== "" && (await agrees(question)) ? "by person" : "none";
  if (question !== "")
    console.error("Nothing was revoked: there is nobody to ask here. Add --yes to revoke without asking.");
  return "none";
}

async function apply({ stack, findings }: Plan, consent: Consent, flags: Flags): Promise<RevokeReport> {
  const { minAge, json } = flags;
  const only = findings.report.orphans.map(({ keyId }) => keyId);
  const report = await withProgress(({ step: onStep }) =>
    // The stack may have gone on while a person was reading: only a look of this moment is acted on.
    consent === "by person"
      ? revokeOrphans(stack, { minAge, only, onStep, onWarning: printWarning })
      : actOn(findings, stack, { onStep }),
  );
  // What keeps the plan itself from being acted on has been said.
  const isNews = hasAnything(findings.report) && (mayAct(report) || consent === "by person");
  if (!json && isNews) console.log(describeActs(report));
  return report;
}

function hasAnything({ orphans: found, pendingOperations }: OrphanReport): boolean {
  return found.length > 0 || pendingOperations.length > 0;
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

function exitCode(report: OrphanReport | RevokeReport): number {
  if (!mayAct(report)) return EXIT.inUse;
  const { revoked, isCleared } =
    "revoked" in report
      ? { revoked: report.revoked.length, isCleared: report.clearedPending }
      : { revoked: 0, isCleared: false };
  const pendingLeft = report.pendingOperations.length > 0 && !isCleared;
  const isLeft =
    report.orphans.length > revoked || report.unreached.length > 0 || report.inUse.length > 0 || pendingLeft;
  return isLeft ? EXIT.left : EXIT.done;
}
