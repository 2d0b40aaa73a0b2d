import { Command, Option } from "commander";
import { type AuditReport, auditKeys } from "../recovery/audit/audit-keys";
import { type AuditedKey, CATEGORIES } from "../recovery/audit/audited-key";
import type { AuditProblem } from "../recovery/audit/audited-states";
import { openAllStacks } from "../recovery/pulumi/all-stacks";
import { openStack } from "../recovery/pulumi/pulumi-stack";
import { openStateFile } from "../recovery/pulumi/state-source";
import type { Unreached } from "../recovery/unreached";
import { EXIT } from "./exit-code";
import { collected, readDuration } from "./flags";
import { accountName, hanging, renderRecords, shortTime } from "./layout";
import { unreachedLine } from "./orphans-report";
import { withProgress } from "./progress";
import { counted, printWarning } from "./terminal";

interface Flags {
  readonly stack: readonly string[];
  readonly state: readonly string[];
  readonly allStacks: boolean;
  readonly namePrefix: readonly string[];
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
  other      as unmatched, but begins with none of the given --name-prefix: another team's, which needs nobody
All other keys of the account are foreign, and only counted.

Examples:
  pulumi-payengine audit                               the selected stack
  pulumi-payengine audit --stack dev --stack prod      two stacks of this project
  pulumi-payengine audit --all-stacks                  all stacks of the backend that hold keys
  pulumi-payengine audit --name-prefix shop-           in an account that other teams use as well
  pulumi stack export > prod.json                      in another project, and then here:
  pulumi-payengine audit --state prod.json --json

Looked at are the accounts of all providers that state configures for PayEngine, and that of the stack's config.
Keys that people made in PayEngine's dashboard (payengine:contract "dashboard") are not audited: no call tells of them.

The credential of a state file comes from PAYENGINE_API_KEY, for an explicit provider from its credentialEnv.

Exit codes:
  0  every key that is audited is managed, other or foreign
  1  the command failed
  2  something needs a person: any other category, a key held twice, or an account that could not be looked at`;

export function auditCommand(): Command {
  return new Command("audit")
    .description("compare an account's live keys with the states of stacks; changes nothing")
    .option("--stack <name>", "a stack; may be repeated; by default the selected one", collected, [])
    .option("--state <file>", "what `pulumi stack export` has written; may be repeated", collected, [])
    .addOption(
      new Option("--all-stacks", "all stacks of the backend that hold keys, of other projects too")
        .default(false)
        .conflicts("stack"),
    )
    .option("--name-prefix <text>", "how the names of your keys begin; may be repeated", collected, [])
    .option("--cwd <folder>", "folder of the Pulumi project; by default this one")
    .option("--min-age <duration>", "as in `orphans`", readDuration)
    .option("--all", "show managed and other keys as well", false)
    .option("--json", "print JSON, with all keys", false)
    .addHelpText("after", HELP)
    .action(audit);
}

async function audit({ stack, state, allStacks, cwd, minAge, namePrefix, all, json }: Flags): Promise<void> {
  const isDefault = stack.length === 0 && state.length === 0 && !allStacks;
  const stacks = isDefault ? [undefined] : [...new Set(stack)];
  const report = await withProgress(async ({ step: onStep }) => {
    onStep("Asking Pulumi for the stack");
    const ofBackend = allStacks ? await openAllStacks({ cwd }, onStep) : [];
    const sources = await Promise.all([
      ...ofBackend,
      ...stacks.map((name) => openStack({ stack: name, cwd })),
      ...[...new Set(state)].map((path) => openStateFile(path)),
    ]);
    return auditKeys(sources, { minAge, namePrefixes: namePrefix, onStep, onWarning: printWarning });
  });
  console.log(json ? JSON.stringify(report, undefined, 2) : describe(report, all));
  const isWell = report.unreached.length === 0 && !report.keys.some(needsPerson);
  process.exitCode = isWell ? EXIT.done : EXIT.left;
}

function needsPerson({ category, sharedWith }: AuditedKey): boolean {
  return !["managed", "other"].includes(category) || sharedWith.length > 0;
}

const HEAD = [
  ...["CATEGORY", "WHAT TO DO", "STACK", "RESOURCE", "KEY NAME"],
  ...["KEY ID", "ACCOUNT", "CREATED", "LAST USED"],
];

function describe(report: AuditReport, all: boolean): string {
  const keys = CATEGORIES.flatMap((category) => report.keys.filter((key) => key.category === category));
  const shown = keys.filter((key) => all || needsPerson(key));
  const rows = shown.map(({ category, source = "-", resource = "-", keyName, keyId, ...key }) => {
    const { createdAt, lastUsedAt, note } = key;
    const times = [createdAt ? shortTime(createdAt) : "-", lastUsedAt ? shortTime(lastUsedAt) : "never"];
    return [category, note || "nothing", source, resource, keyName, keyId, accountName(key), ...times];
  });
  return [
    ...report.unreached.map((it) => unreachedLine(withSource(it))),
    ...(rows.length > 0 ? [renderRecords(HEAD, rows)] : []),
    ...report.notAudited.map((it) => unreachedLine(withSource(it), "Not audited")),
    ...report.accounts.map(({ id, apiUrl, live, foreign }) =>
      hanging(
        "",
        `Account ${id === undefined ? "" : `${id} `}at ${apiUrl}: ${counted(live, "live key")}, ${foreign} foreign`,
      ),
    ),
    hanging("", summary(report)),
  ].join("\n");
}

function withSource({ source, resources, problem }: AuditProblem): Unreached {
  return { resources: resources.map((name) => `${name} of ${source}`), problem };
}

/** Of what was not looked at it says nothing. */
function summary({ keys, sources, accounts, unreached }: AuditReport): string {
  const names = sources.join(", ");
  if (accounts.length === 0)
    return `No account was looked at: whether the keys of ${names} work is not known.`;
  const counts = CATEGORIES.toReversed().map((category) => {
    const count = keys.filter((key) => key.category === category).length;
    return count === 0 && category !== "managed" ? [] : [`${count} ${category}`];
  });
  return `Keys of ${names}${unreached.length > 0 ? ", as far as looked at" : ""}: ${counts.flat().join(", ")}`;
}
