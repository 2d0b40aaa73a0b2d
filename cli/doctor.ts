import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { contractLines } from "./doctor/contract-lines";
import { type Examination, type Examined, examine } from "./doctor/examine";
import type { Finding, Status } from "./doctor/finding";
import { reportOf } from "./doctor/report";
import { EXIT } from "./exit-code";
import { hanging } from "./layout";
import { withProgress } from "./progress";
import { colored, counted, printable } from "./terminal";

interface Flags {
  readonly stack?: string;
  readonly cwd?: string;
  readonly provider?: string;
  readonly write: boolean;
  readonly json: boolean;
  readonly report: boolean;
}

const HELP = `
PayEngine does not publish the calls behind its key dashboard. This says how your account answers to each call of
payengine:contract, and prints the commands that make the contract fit. Without --write it only reads.

Examples:
  pulumi-payengine doctor                       the selected stack's configuration
  pulumi-payengine doctor --write               make one private key, use it, and revoke it again
  pulumi-payengine doctor --provider production   an explicit provider of the program
  pulumi-payengine doctor --report > report.json  the forms of all answers, to attach to an issue

Exit codes:
  0  everything passed; warnings may remain
  1  the command could not run
  2  something failed; the line says what to do`;

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("check whether this machine, stack and account can do the job")
    .option("--stack <name>", "the stack; by default the selected one")
    .option("--cwd <folder>", "folder of the Pulumi project; by default this one")
    .option(
      "--provider <name>",
      "an explicit provider, by its name in the program; by default the default one",
    )
    .option("--write", "make one private key and revoke it again", false)
    .option("--json", "print JSON", false)
    .addOption(
      new Option("--report", "print the forms of PayEngine's answers as JSON, without values, ids and names")
        .default(false)
        .conflicts("json"),
    )
    .addHelpText("after", HELP)
    .action(doctor);
}

async function doctor({ json, report, cwd = ".", ...flags }: Flags): Promise<void> {
  const examination: Examination = { ...flags, cwd: resolve(cwd) };
  // A report may be published: what names keys goes to whoever looks on.
  const print = report ? printTrouble : json ? () => {} : printLine;
  const { findings, settings, seen, place } = await run(examination, print);
  const failed = findings.filter(({ status }) => status === "fail").length;
  const warned = findings.filter(({ status }) => status === "warn").length;
  const lines = contractLines(
    findings.flatMap(({ changes = [] }) => changes),
    place,
  );
  if (report) printJson(reportOf(version(), settings, seen, findings));
  else if (json) printJson({ findings, commands: lines, failed, warned });
  else {
    printLines(lines, place.provider);
    console.log(`\n${failed} failed, ${counted(warned, "warning")}, ${counted(findings.length, "check")}`);
  }
  process.exitCode = failed > 0 ? EXIT.left : EXIT.done;
}

/** Examines to the end, and prints each finding as it comes. */
async function run(
  examination: Examination,
  print: (finding: Finding) => void,
): Promise<Examined & { readonly findings: readonly Finding[] }> {
  const findings: Finding[] = [];
  return withProgress(async ({ step, end }) => {
    const steps = examine(examination);
    for (;;) {
      step("Checking");
      const next = await steps.next();
      end();
      if (next.done) return { ...next.value, findings };
      findings.push(next.value);
      print(next.value);
    }
  });
}

function printJson(value: unknown): void {
  console.log(JSON.stringify(value, undefined, 2));
}

function printLine(finding: Finding): void {
  console.log(findingLine(finding));
}

function printTrouble(finding: Finding): void {
  if (finding.status === "fail" || finding.status === "warn") console.error(findingLine(finding));
}

/** What makes payengine:contract fit, ready to paste. */
function printLines(lines: readonly string[], provider: string | undefined): void {
  if (lines.length === 0) return;
  const where = provider === undefined ? "" : `; in the program, for the provider "${provider}"`;
  console.log(`\npayengine:contract that fits what was seen${where}:\n`);
  for (const line of lines) console.log(`  ${printable(line)}`);
}

/** From dist/cli, both in the repository and as it is installed. */
function version(): string {
  return JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")).version;
}

const LABELS: Record<Status, string> = {
  pass: "pass",
  fail: "FAIL",
  warn: "WARN",
  skip: "skip",
};

const COLORS = { pass: "green", fail: "red", warn: "yellow", skip: "gray" } as const;

const CHECK_WIDTH = 20;

function findingLine({ check, status, found, todo }: Finding): string {
  const label = LABELS[status];
  const head = `${label}  ${check.padEnd(CHECK_WIDTH)}`;
  const line = hanging(head, printable(found)).replace(label, colored(COLORS[status], label));
  return todo === undefined ? line : `${line}\n${hanging(`${"".padEnd(head.length)}→ `, printable(todo))}`;
}
