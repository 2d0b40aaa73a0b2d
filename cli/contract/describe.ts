import { hanging } from "../layout";
import { colored, printable } from "../terminal";
import type { Learned } from "./learn";
import type { Lesson } from "./learned";

/** Whether a person has nothing left to decide or to do about the contract and the keys. */
export function isDecided({ findings, keys }: Learned): boolean {
  return findings.every(({ todo }) => todo === undefined) && keys.revoked >= keys.created;
}

const COLORS = { sure: "green", "not sure": "yellow", "not seen": "gray" } as const;
const LABEL_WIDTH = 8;
const ABOUT_WIDTH = 13;

/** What a recording teaches, the commands to run, and what to do with the file. */
export function describeLearned(file: string, learned: Learned): string {
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
