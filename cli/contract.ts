import { Command } from "commander";
import { readHar } from "./contract/har-file";
import { type Learned, learn } from "./contract/learn";
import type { Lesson } from "./contract/learned";
import { EXIT } from "./exit-code";
import { hanging } from "./layout";
import { colored, printable } from "./terminal";

const HELP = `
A HAR is the recording of a browser's network tab. This command reads it on this
machine, sends nothing, and prints no value, ID, cookie or token.

To record:
  1. Open PayEngine's console, and the browser's developer tools (F12) on the
     network tab. Turn on "Preserve log".
  2. Create one private key, reload the page, open the key's details, revoke it.
  3. Export the recording with "Export HAR (with sensitive data)" in Chrome, or
     "Save All As HAR" in Firefox.

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
  console.log(json ? JSON.stringify(learned, undefined, 2) : describe(file, learned));
  process.exitCode = isDecided(learned) ? EXIT.done : EXIT.left;
}

/** Whether a person has nothing left to decide or to do about the contract and the keys. */
function isDecided({ findings, keys }: Learned): boolean {
  return findings.every(({ todo }) => todo === undefined) && keys.revoked >= keys.created;
}

const COLORS = { sure: "green", "not sure": "yellow", "not seen": "gray" } as const;
const LABEL_WIDTH = 8;
const ABOUT_WIDTH = 13;

function describe(file: string, learned: Learned): string {
  const { commands, seenCommands, findings, contract } = learned;
  const indented = (lines: readonly string[]) => lines.map((line) => `  ${printable(line)}`);
  const seen =
    seenCommands.length === 0
      ? []
      : [
          "",
          hanging(
            "",
            "`doctor` only reads. To see whether a private key may send the requests too, set these instead, and run it:",
          ),
          "",
          ...indented(seenCommands),
        ];
  return [
    ...findings.map(findingLine),
    "",
    ...(commands.length === 0
      ? ["PayEngine's published conventions fit this recording: nothing needs to be set."]
      : ["Settings that fit this recording:", "", ...indented(commands)]),
    ...seen,
    "",
    hanging(
      "",
      contract === "dashboard"
        ? "Then run `pulumi-payengine doctor`, and adopt a key (see docs/dashboard.md)."
        : "Then run `pulumi-payengine doctor`: it proves the contract before anything is created.",
    ),
    hanging(
      "",
      `Delete ${printable(file)}: it holds secrets, such as your session and the key's value. ${revocation(learned)}`,
    ),
  ].join("\n");
}

function revocation({ keys: { created, revoked } }: Learned): string {
  const left = created - revoked;
  if (created === 1)
    return left <= 0
      ? "The key in it was revoked."
      : "The key in it was not revoked: revoke it in the console now.";
  if (left <= 0) return `The ${created} keys in it were revoked.`;
  return `${left} of the ${created} keys in it ${left === 1 ? "was" : "were"} not revoked: revoke what is left in the console now.`;
}

function findingLine({ about, certainty, found, todo }: Lesson): string {
  const head = `${certainty.padEnd(LABEL_WIDTH)}  ${about.padEnd(ABOUT_WIDTH)}  `;
  const line = hanging(head, printable(found)).replace(certainty, colored(COLORS[certainty], certainty));
  return todo === undefined ? line : `${line}\n${hanging(`${"".padEnd(head.length)}→ `, printable(todo))}`;
}
