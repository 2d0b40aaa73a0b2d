import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command, Option } from "commander";
import { contractLines } from "./contract/contract-lines";
import { type Examination, type Examined, examine } from "./doctor/examine";
import type { Finding, Status } from "./doctor/finding";
import { reportOf } from "./doctor/report";
import { EXIT } from "./exit-code";
import { findingLine } from "./layout";
import { withProgress } from "./progress";
import { counted, printable } from "./terminal";

interface Flags {
  readonly stack?: string;
  readonly cwd?: string;
  readonly provider?: string;
  readonly write?: boolean;
  readonly json?: boolean;
  readonly report?: boolean;
}

const HELP = `
PayEngine does not publish the API behind its key dashboard. This command shows
how your account responds to each request of payengine:contract, and prints the
commands that make the contract fit. Without --write it only reads.

Examples:
  pulumi-payengine doctor                         check the selected stack
  pulumi-payengine doctor --write                 also create and revoke a key
  pulumi-payengine doctor --provider production   check an explicit provider
  pulumi-payengine doctor --report > report.json  write a report for an issue

Exit codes:
  0  every check passed; there may be warnings
  1  the command failed
  2  a check failed; its line says what to do`;

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Check this machine, stack and account before you create keys")
    .option("--stack <name>", "Stack to check (default: the selected stack)")
    .option("--cwd <folder>", "Folder of the Pulumi project (default: the working folder)")
    .option(
      "--provider <name>",
      "Explicit provider to check, by its name in the program (default: the default provider)",
    )
    .option("--write", "Also create one private key, use it, and revoke it")
    .option("--json", "Print JSON")
    .addOption(
      new Option("--report", "Print the response formats as JSON, without values, IDs or names").conflicts(
        "json",
      ),
    )
    .helpOption("-h, --help", "Show help")
    .addHelpText("after", HELP)
    .action(doctor);
}

async function doctor({ json, report, write = false, cwd = ".", ...flags }: Flags): Promise<void> {
  const examination: Examination = { ...flags, write, cwd: resolve(cwd) };
  // Users publish reports, so lines that name keys go to the error output.
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

/** Runs all checks, and prints each finding as it comes. */
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
  console.log(lineOf(finding));
}

function printTrouble(finding: Finding): void {
  if (finding.status === "fail" || finding.status === "warn") console.error(lineOf(finding));
}

/** Prints the lines that make payengine:contract fit, ready to paste. */
function printLines(lines: readonly string[], provider: string | undefined): void {
  if (lines.length === 0) return;
  const where = provider === undefined ? "" : ` (set it in the program, on provider "${provider}")`;
  console.log(`\npayengine:contract that fits this account${where}:\n`);
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

/** Longer names, such as "create, reveal, revoke", are not aligned. */
const CHECK_WIDTH = 18;

function lineOf(finding: Finding): string {
  const label = LABELS[finding.status];
  const head = `${label}  ${finding.check.padEnd(CHECK_WIDTH)}  `;
  return findingLine(label, COLORS[finding.status], head, finding);
}
