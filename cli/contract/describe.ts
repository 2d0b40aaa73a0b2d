import { findingLine, hanging } from "../layout";
import { printable } from "../terminal";
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
  const { commands, findings } = learned;
  return [
    ...findings.map(lineOf),
    "",
    ...(commands.length === 0
      ? ["PayEngine's published conventions fit this recording: nothing needs to be set."]
      : ["Settings that fit this recording:", "", ...indented(commands)]),
    "",
    ...nextSteps(learned),
    hanging(
      "",
      `Delete ${printable(file)}: it holds secrets, such as your session and the key's value. ${revocation(learned)}`,
    ),
  ].join("\n");
}

function nextSteps({ contract, seenCommands }: Learned): string[] {
  if (contract !== "dashboard")
    return [
      hanging(
        "",
        "Then run `npx pulumi-payengine doctor`: it proves the contract before anything is created.",
      ),
    ];
  const which = "To see whether a private key may send these requests too,";
  const attempt =
    seenCommands.length === 0
      ? [hanging("", `${which} first run \`npx pulumi-payengine doctor\` without a contract. It only reads.`)]
      : [
          hanging("", `${which} first set these, and run \`npx pulumi-payengine doctor\`. It only reads.`),
          "",
          ...indented(seenCommands),
          "",
        ];
  return [
    ...attempt,
    hanging("", "If it may not, set the contract above, and adopt a key (see docs/dashboard.md)."),
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${printable(line)}`);
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

function lineOf(lesson: Lesson): string {
  const { certainty, about } = lesson;
  const head = `${certainty.padEnd(LABEL_WIDTH)}  ${about.padEnd(ABOUT_WIDTH)}  `;
  return findingLine(certainty, COLORS[certainty], head, lesson);
}
