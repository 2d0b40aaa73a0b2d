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
  readonly revoke?: boolean;
  readonly yes?: boolean;
  readonly minAge?: number;
  readonly wait?: number;
  readonly json?: boolean;
}

const HELP = `
An orphaned key is a live key whose value was lost. A key counts as orphaned if
  - its exact name is in this stack's state,
  - its key ID is not, and
  - state has not changed for longer than an operation can last: eleven times
    payengine:requestTimeout plus four minutes, 9.5 minutes by default.

The command does not wait if the stack has no lock, no pending operation, no
unfinished key and no orphan. It never imports state and never removes a lock.

--revoke clears a pending operation after it revokes the operation's key. If no
key is found, it clears the operation only if both are true:
  - The time above is over, whatever --min-age says.
  - The account is proven by the credential that began the operation, by another
    key of that credential, or by payengine:accountId.

Examples:
  pulumi-payengine orphans                        show leftover keys
  pulumi-payengine orphans --revoke --wait        wait, ask, revoke, clear
  pulumi-payengine orphans --revoke --yes --wait  the same in CI
  pulumi-payengine orphans --stack prod --cwd infra

After a crash:
  pulumi cancel
  pulumi-payengine orphans --revoke --wait
  pulumi up

Exit codes:
  0  nothing is left to do
  1  the command failed
  2  something is left to do: orphans, pending operations, or keys that could
     not be checked
  3  the stack is locked or an operation may still be running; nothing was
     changed`;

export function orphansCommand(): Command {
  return new Command("orphans")
    .description("Find keys left by an interrupted update whose values were lost, and revoke them")
    .option("--stack <name>", "Stack to check (default: the selected stack)")
    .option("--cwd <folder>", "Folder of the Pulumi project (default: the working folder)")
    .option("--revoke", "Revoke the orphaned keys and clear their pending operations")
    .option("--yes", "Revoke without asking")
    .option(
      "--min-age <duration>",
      'How long state must be unchanged before keys are revoked, such as "10m" (default: longer than an operation ' +
        "can last). Use a shorter time only if no update of the stack is running",
      readDuration,
    )
    .addOption(
      new Option(
        "--wait [duration]",
        "Wait until the stack is unlocked and no operation can still be running, at most this long",
      )
        .preset("15m")
        .argParser(readDuration),
    )
    .option("--json", "Print JSON")
    .helpOption("-h, --help", "Show help")
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

/** What a stack's interrupted operations left. */
interface Plan {
  readonly stack: PulumiStack;
  readonly findings: Findings;
}

async function makePlan(pool: AccountPool, flags: Flags): Promise<Plan> {
  return withProgress(async (progress) => {
    const { step: onStep } = progress;
    onStep("Reading the stack from Pulumi");
    const stack = await openStack(flags);
    const look = () => lookForOrphans(pool, stack, { minAge: flags.minAge, onStep });
    return { stack, findings: await lookWhenIdle(look, flags.wait ?? 0, progress) };
  });
}

/** Who agreed to the plan: a flag, or a person who has read it. */
type Consent = "none" | "by flag" | "by person";

/** Shows the plan, and asks at the terminal if no flag agrees. */
async function confirm(report: OrphanReport, { revoke, yes, json }: Flags): Promise<Consent> {
  const mayAsk = revoke === true && !yes && isInteractive();
  // A person must see what the question is about; with --json the output holds JSON only.
  if (!json) console.log(describeOrphans(report, revoke ? "revoke" : "none without --revoke"));
  else if (mayAsk) console.error(describeOrphans(report, "revoke"));
  if (!revoke) return "none";
  if (yes) return "by flag";
  if (!hasAnything(report) || !mayAct(report)) return "none";
  const question = questionOf(report);
  if (mayAsk) return question !== "" && (await agrees(question)) ? "by person" : "none";
  if (question !== "")
    console.error(
      "Nothing was revoked: this is not an interactive terminal. Add --yes to revoke without asking.",
    );
  return "none";
}

async function apply({ stack, findings }: Plan, consent: Consent, flags: Flags): Promise<RevokeReport> {
  const { minAge, json } = flags;
  const only = findings.report.orphans.map(({ keyId }) => keyId);
  const report = await withProgress(({ step: onStep }) =>
    // The stack may have changed while the person was reading, so look again.
    consent === "by person"
      ? revokeOrphans(stack, { minAge, only, onStep, onWarning: printWarning })
      : actOn(findings, stack, { onStep }),
  );
  // The plan already says why nothing could be done.
  const isNews = hasAnything(findings.report) && (mayAct(report) || consent === "by person");
  if (!json && isNews) console.log(describeActs(report));
  return report;
}

function hasAnything({ orphans: found, pendingOperations }: OrphanReport): boolean {
  return found.length > 0 || pendingOperations.length > 0;
}

/** The question to the person; empty if there is nothing to do. */
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
