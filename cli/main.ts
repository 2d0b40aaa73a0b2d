#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { messageOf } from "../provider/payengine/errors";
import { auditCommand } from "./audit";
import { contractCommand } from "./contract";
import { doctorCommand } from "./doctor";
import { dueCommand } from "./due";
import { EXIT } from "./exit-code";
import { hanging, outputWidth } from "./layout";
import { orphansCommand } from "./orphans";
import { printable } from "./terminal";
import { whoseCommand } from "./whose";

const HELP = `
Examples:
  pulumi-payengine doctor             check the setup before you create keys
  pulumi-payengine orphans --revoke   clean up after a crash and \`pulumi cancel\`
  pulumi-payengine audit              compare the account's keys with state
  pulumi-payengine due                show what must rotate, and how
  pulumi-payengine whose < app.log    find out whose a leaked key is

Exit codes:
  0  nothing is left to do
  1  the command failed, or a flag is wrong
  2  something is left to do; the output says what
  3  the stack is in use, so nothing was changed (orphans only)

With --json, a command that fails prints {"error": "..."} to standard output.`;

// From dist/cli, both in the repository and as it is installed.
const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8"));

const program = new Command("pulumi-payengine")
  .description("Find and clean up PayEngine keys left by interrupted runs, and check your setup")
  .version(version, "--version", "Print the version")
  .helpOption("-h, --help", "Show help")
  .helpCommand("help [command]", "Show help for a command")
  .addCommand(orphansCommand())
  .addCommand(auditCommand())
  .addCommand(dueCommand())
  .addCommand(whoseCommand())
  .addCommand(doctorCommand())
  .addCommand(contractCommand())
  .addHelpText("after", HELP);

// A reader such as `head` may close the pipe early.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

/** With --json, prints the error as JSON too, for programs. */
function printError(message: string): void {
  if (process.argv.includes("--json")) console.log(JSON.stringify({ error: message }, undefined, 2));
}

/** An argument in the wrong place may be a key. */
const LONG_WORD = /[^\s'"`=]{40,}/g;

// Commander prints errors in flags itself.
for (const command of [program, ...program.commands, ...program.commands.flatMap((it) => it.commands)]) {
  command.configureOutput({
    outputError(text, write) {
      const shown = text.replace(LONG_WORD, "[not shown]");
      write(shown);
      printError(shown.trim().replace(/^error: /, ""));
    },
  });
}

/** A key in the place of a file or a stack. */
const KEY_LIKE = /[0-9a-f]{65,}/gi;

program.parseAsync().catch((error: unknown) => {
  const message = messageOf(error).replace(KEY_LIKE, "[not shown]");
  console.error(hanging("", printable(message), outputWidth(process.stderr)));
  printError(message);
  process.exitCode = EXIT.failed;
});
