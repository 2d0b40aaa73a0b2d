import { resolve } from "node:path";
import { Command } from "commander";
import { type Examination, examine } from "./doctor/examine";
import type { Finding, Status } from "./doctor/finding";
import { EXIT } from "./exit-code";
import { withProgress } from "./progress";
import { colored, counted, printable } from "./terminal";

interface Flags {
  readonly stack?: string;
  readonly cwd?: string;
  readonly provider?: string;
  readonly write: boolean;
  readonly json: boolean;
}

const HELP = `
PayEngine does not publish the endpoints behind its keys: this tells whether your account answers as this version
expects. Without --write it only reads.

Examples:
  pulumi-payengine doctor                       the selected stack's configuration
  pulumi-payengine doctor --write               make one private key, use it, and revoke it again
  pulumi-payengine doctor --provider production   an explicit provider of the program

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
    .addHelpText("after", HELP)
    .action(doctor);
}

async function doctor({ json, cwd = ".", ...flags }: Flags): Promise<void> {
  const findings: Finding[] = [];
  await withProgress(async ({ step, end }) => {
    step("Checking");
    for await (const finding of examine({ ...flags, cwd: resolve(cwd) } satisfies Examination)) {
      findings.push(finding);
      if (json) continue;
      end();
      console.log(lineOf(finding));
      step("Checking");
    }
  });
  const failed = findings.filter(({ status }) => status === "fail").length;
  const warned = findings.filter(({ status }) => status === "warn").length;
  if (json) console.log(JSON.stringify({ findings, failed, warned }, undefined, 2));
  else console.log(`\n${failed} failed, ${counted(warned, "warning")}, ${counted(findings.length, "check")}`);
  process.exitCode = failed > 0 ? EXIT.left : EXIT.done;
}

const LABELS: Record<Status, string> = {
  pass: "pass",
  fail: "FAIL",
  warn: "WARN",
  skip: "skip",
};

const COLORS = { pass: "green", fail: "red", warn: "yellow", skip: "gray" } as const;

const CHECK_WIDTH = 20;

function lineOf({ check, status, found, todo }: Finding): string {
  const line = `${colored(COLORS[status], LABELS[status])}  ${check.padEnd(CHECK_WIDTH)}${printable(found)}`;
  return todo === undefined ? line : `${line}\n      ${"".padEnd(CHECK_WIDTH)}→ ${todo}`;
}
