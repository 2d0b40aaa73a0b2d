import { Command } from "commander";
import { type AuditReport, auditKeys } from "../recovery/audit/audit-keys";
import { type AuditedKey, CATEGORIES } from "../recovery/audit/audited-key";
import type { AuditProblem } from "../recovery/audit/audited-states";
import { openStack } from "../recovery/pulumi/pulumi-stack";
import { openStateFile } from "../recovery/pulumi/state-source";
import type { Unreached } from "../recovery/unreached";
import { EXIT } from "./exit-code";
import { collected, readDuration } from "./flags";
import { unreachedLine } from "./orphans-report";
import { withProgress } from "./progress";
import { renderTable } from "./table";
import { counted } from "./terminal";

interface Flags {
  readonly stack: readonly string[];
  readonly state: readonly string[];
  readonly cwd?: string;
  readonly minAge?: number;
  readonly all: boolean;
  readonly json: boolean;
}

const HELP = `
Categories:
  managed    live, and a state holds its value
  orphaned   live, and its value was lost, by the proof that \`orphans\` asks for
  unsettled  named in a state that an operation may still be changing: look again
  gone       a state holds its value, and it no longer works
  overdue    the previous key of a rotation, live after its date
  unmatched  live, ends in ten hex digits like our names, in none of the given states
Other keys of the account are foreign, and only counted.

Examples:
  pulumi-payengine audit                               the selected stack
  pulumi-payengine audit --stack dev --stack prod      two stacks of this project
  pulumi stack export > prod.json                      in another project, and then here:
  pulumi-payengine audit --state prod.json --json

Looked at are the accounts of all providers that state configures for PayEngine, and that of the stack's config.
Keys that people made in PayEngine's dashboard (payengine:contract "dashboard") are not audited: no call tells of them.

The credential of a state file comes from PAYENGINE_API_KEY, for an explicit provider from its credentialEnv.

Exit codes:
  0  every key that is audited is managed or foreign
  1  the command failed
  2  something needs a person: any other category, a key held twice, or an account that could not be looked at`;

export function auditCommand(): Command {
  return new Command("audit")
    .description("compare an account's live keys with the states of stacks; changes nothing")
    .option("--stack <name>", "a stack; may be repeated; by default the selected one", collected, [])
    .option("--state <file>", "what `pulumi stack export` has written; may be repeated", collected, [])
    .option("--cwd <folder>", "folder of the Pulumi project; by default this one")
    .option("--min-age <duration>", "as in `orphans`", readDuration)
    .option("--all", "show managed keys as well", false)
    .option("--json", "print JSON, with all keys", false)
    .addHelpText("after", HELP)
    .action(audit);
}

async function audit({ stack, state, cwd, minAge, all, json }: Flags): Promise<void> {
  const isDefault = stack.length === 0 && state.length === 0;
  const stacks = isDefault ? [undefined] : [...new Set(stack)];
  const report = await withProgress(async ({ step: onStep }) => {
    onStep("Asking Pulumi for the stack");
    const sources = await Promise.all([
      ...stacks.map((name) => openStack({ stack: name, cwd })),
      ...[...new Set(state)].map((path) => openStateFile(path)),
    ]);
    return auditKeys(sources, { minAge, onStep });
  });
  console.log(json ? JSON.stringify(report, undefined, 2) : describe(report, all));
  const isWell = report.unreached.length === 0 && !report.keys.some(needsPerson);
  process.exitCode = isWell ? EXIT.done : EXIT.left;
}

function needsPerson({ category, sharedWith }: AuditedKey): boolean {
  return category !== "managed" || sharedWith.length > 0;
}

const HEAD = ["CATEGORY", "STACK", "RESOURCE", "KEY NAME", "KEY ID", "CREATED", "LAST USED", "WHAT TO DO"];

function describe(report: AuditReport, all: boolean): string {
  const keys = CATEGORIES.flatMap((category) => report.keys.filter((key) => key.category === category));
  const shown = keys.filter((key) => all || needsPerson(key));
  const rows = shown.map(({ category, source = "-", resource = "-", keyName, keyId, ...key }) => {
    const { createdAt = "-", lastUsedAt = "never", note } = key;
    return [category, source, resource, keyName, keyId, createdAt, lastUsedAt, note || "nothing"];
  });
  return [
    ...(rows.length > 0 ? [renderTable(HEAD, rows)] : []),
    ...report.unreached.map((it) => unreachedLine(withSource(it))),
    ...report.notAudited.map((it) => unreachedLine(withSource(it), "Not audited")),
    ...report.accounts.map(
      ({ id, apiUrl, live, foreign }) =>
        `Account ${id === undefined ? "" : `${id} `}at ${apiUrl}: ${counted(live, "live key")}, ${foreign} foreign`,
    ),
    `Keys of ${report.sources.join(", ")}: ${summary(report)}`,
  ].join("\n");
}

function withSource({ source, resources, problem }: AuditProblem): Unreached {
  return { resources: resources.map((name) => `${name} of ${source}`), problem };
}

function summary({ keys }: AuditReport): string {
  const counts = CATEGORIES.toReversed().map((category) => {
    const count = keys.filter((key) => key.category === category).length;
    return count === 0 && category !== "managed" ? [] : [`${count} ${category}`];
  });
  return counts.flat().join(", ");
}
