#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { messageOf } from "../provider/payengine/errors";
import { auditCommand } from "./audit";
import { doctorCommand } from "./doctor";
import { EXIT } from "./exit-code";
import { orphansCommand } from "./orphans";
import { printable } from "./terminal";

const HELP = `
Examples:
  pulumi-payengine doctor             can this machine and account do the job?
  pulumi-payengine orphans --revoke   after a crash and \`pulumi cancel\`
  pulumi-payengine audit              do the account and the state agree?

Exit codes:
  0  nothing is left to do
  1  the command failed, or was called wrongly
  2  something is left to do or needs a person; the output says what
  3  the stack is in use; nothing was done

With --json, a failure is {"error": "..."} on the output as well.`;

// From dist/cli, both in the repository and as it is installed.
const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8"));

const program = new Command("pulumi-payengine")
  .description("Find and clean up PayEngine keys left by interrupted Pulumi runs, and check an account")
  .version(version, "--version", "print the version")
  .addCommand(orphansCommand())
  .addCommand(auditCommand())
  .addCommand(doctorCommand())
  .addHelpText("after", HELP);

// A reader such as `head` may leave before all is said.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

/** Whoever reads JSON finds it on the output, whatever happens. */
function printError(message: string): void {
  if (process.argv.includes("--json")) console.log(JSON.stringify({ error: message }, undefined, 2));
}

// Mistakes in the flags, which the library prints itself.
for (const command of [program, ...program.commands]) {
  command.configureOutput({
    outputError(text, write) {
      write(text);
      printError(text.trim().replace(/^error: /, ""));
    },
  });
}

program.parseAsync().catch((error: unknown) => {
  console.error(printable(messageOf(error)));
  printError(messageOf(error));
  process.exitCode = EXIT.failed;
});
