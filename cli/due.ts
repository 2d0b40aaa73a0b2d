import { Command } from "commander";
import ms from "ms";
import { type DueKey, type DueReport, dueKeys } from "../recovery/due/due-keys";
import { EXIT } from "./exit-code";
import { readDuration } from "./flags";
import { hanging, renderRecords, shortTime } from "./layout";
import { sourceProblemLine } from "./problem-lines";
import { withProgress } from "./progress";
import { addStateFlags, type StateFlags, selectionOf } from "./state-flags";
import { counted, fewOf, printable } from "./terminal";

interface Flags extends StateFlags {
  readonly within?: number;
  readonly json?: boolean;
}

const HELP = `
Actions:
  rotate  the next key is created: rotateAt has passed, or the key is tainted
  retire  the previous key of a rotation is revoked: its overlap is over
  finish  an interrupted or failed run is completed

The command reads state only. It sends no request to PayEngine, needs no
credential and no passphrase, and changes nothing. It compares the dates with
this machine's clock. Triggers that you change in a program have no date.

It prints a \`pulumi up\` for each key. \`pulumi up\` without --target does all of
them. --target-dependents updates the resources that use the key.

Examples:
  pulumi-payengine due                      the selected stack
  pulumi-payengine due --within 7d          what comes in the next seven days too
  pulumi-payengine due --all-stacks --json  every stack with keys

  pulumi stack export > prod.json           (in the other project)
  pulumi-payengine due --state prod.json

Exit codes:
  0  nothing is due now; with --within, something may be due later
  1  the command failed, or nothing is due in the states that could be read and
     some could not
  2  something is due now`;

export function dueCommand(): Command {
  return addStateFlags(new Command("due"))
    .description("Show which keys must rotate, retire or be finished, and how (reads state only)")
    .option("--within <duration>", 'Also show what is due within this time, such as "7d"', readDuration)
    .option("--json", "Print JSON")
    .helpOption("-h, --help", "Show help")
    .addHelpText("after", HELP)
    .action(due);
}

async function due({ within, json, ...flags }: Flags): Promise<void> {
  const report = await withProgress(({ step: onStep }) => dueKeys({ ...selectionOf(flags), within, onStep }));
  console.log(json ? JSON.stringify(report, undefined, 2) : describe(report, within));
  process.exitCode = exitCode(report);
}

/** What is due can be done although a state could not be read. */
function exitCode({ due: now, unread }: DueReport): number {
  if (now.length > 0) return EXIT.left;
  return unread.length > 0 ? EXIT.failed : EXIT.done;
}

const HEAD = ["ACTION", "DUE", "STACK", "RESOURCE", "KEY NAME", "NOTE"];

function describe(report: DueReport, within: number | undefined): string {
  const shown = [...report.due, ...report.upcoming];
  return [
    ...report.unread.map((it) => sourceProblemLine(it, "Not read")),
    ...(shown.length > 0 ? [renderRecords(HEAD, shown.map(rowOf))] : []),
    ...commandLines(report.due),
    hanging("", printable(summary(report, within))),
    ...nextLines(report),
  ].join("\n");
}

function rowOf({ action, dueAt, source, resource, keyName = "-", note }: DueKey): string[] {
  return [action, dueAt === undefined ? "now" : shortTime(dueAt), source, resource, keyName, note || "-"];
}

/** Each command is one line, to copy. */
function commandLines(keys: readonly DueKey[]): string[] {
  const byHead = new Map<string, Set<string>>();
  for (const key of keys) {
    const commands = byHead.get(headOf(key)) ?? new Set();
    for (const command of key.commands) commands.add(`  ${printable(command)}`);
    byHead.set(headOf(key), commands);
  }
  return [...byHead].flatMap(([head, commands]) => [hanging("", printable(head)), ...commands]);
}

function headOf({ isMadeByHand, project, isOfThisProject }: DueKey): string {
  const folder = isOfThisProject ? "" : ` in the folder of the project ${project}`;
  return isMadeByHand ? `After the step in PayEngine's dashboard, run${folder}:` : `Run${folder}:`;
}

function summary({ due: now, upcoming, keyCount, sources, unread }: DueReport, within = 0): string {
  const places = sources.length === 0 ? "" : ` of ${fewOf(sources)}`;
  const incomplete = unread.length > 0 ? " (some not read)" : "";
  const time = within > 0 ? ` within ${ms(within, { long: true })}` : "";
  const count = now.length + upcoming.length;
  const isAre = count === 1 ? "is" : "are";
  const what = count === 0 ? `nothing is due${time}` : `${counted(count, "action")} ${isAre} due${time}`;
  const part = upcoming.length > 0 ? `, ${now.length} of them now` : "";
  return `${counted(keyCount, "key")}${places}${incomplete}: ${what}${part}`;
}

function nextLines({ next }: DueReport): string[] {
  if (next?.dueAt === undefined) return [];
  const { action, resource, source, dueAt } = next;
  return [hanging("", printable(`Next: ${action} ${resource} of ${source} at ${shortTime(dueAt)}`))];
}
