import { Command } from "commander";
import { describeLearned, isDecided } from "./contract/describe";
import { readHar } from "./contract/har-file";
import { learn } from "./contract/learn";
import { EXIT } from "./exit-code";

const HELP = `
A HAR is the recording of a browser's network tab. This command reads it on this
machine, sends nothing, and prints no value, ID, cookie or token.

To record:
  1. Open PayEngine's console, and the browser's developer tools (F12) on the
     network tab. Turn on "Preserve log".
  2. Create one private key, open its details, reload the page, revoke the key,
     and reload again.
  3. Export the recording. In Chrome, turn on "Allow to generate HAR with
     sensitive data" in the developer tools' settings, Network, and use "Export
     HAR (with sensitive data)". In Firefox, use "Save All As HAR".

Delete the file when you are done: it holds your session and the key's value.

Examples:
  pulumi-payengine contract learn keys.har          print the contract to set
  pulumi-payengine contract learn keys.har --json   the same for a program

Exit codes:
  0  the contract was learned
  1  the command failed
  2  a contract was learned, but something is left to decide or to do`;

const GROUP_HELP = `
Examples:
  pulumi-payengine contract learn keys.har   learn the contract of an account

Exit codes:
  0  nothing is left to do
  1  the command failed
  2  something is left to do; the output says what`;

export function contractCommand(): Command {
  const learnCommand = new Command("learn")
    .description("Learn payengine:contract from a browser's recording of a key created by hand")
    .argument("<file>", "HAR file that the browser saved")
    .option("--json", "Print JSON")
    .helpOption("-h, --help", "Show help")
    .addHelpText("after", HELP)
    .showHelpAfterError("`npx pulumi-payengine contract learn --help` says how to record the file.")
    .action(learnFrom);
  return new Command("contract")
    .description("Find out which requests create, list and revoke keys in your account")
    .helpOption("-h, --help", "Show help")
    .helpCommand(false)
    .addCommand(learnCommand)
    .addHelpText("after", GROUP_HELP);
}

async function learnFrom(file: string, { json }: { readonly json?: boolean }): Promise<void> {
  const learned = learn(file, await readHar(file));
  console.log(json ? JSON.stringify(learned, undefined, 2) : describeLearned(file, learned));
  process.exitCode = isDecided(learned) ? EXIT.done : EXIT.left;
}
