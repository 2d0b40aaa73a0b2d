import { Command, Option } from "commander";
import { type AuditReport, auditKeys } from "../recovery/audit/audit-keys";
import { type AuditedKey, CATEGORIES } from "../recovery/audit/audited-key";
import { openAllStacks } from "../recovery/pulumi/all-stacks";
import { openStack, type PulumiStack } from "../recovery/pulumi/pulumi-stack";
import { type StateSelection, selectedStacks } from "../recovery/pulumi/read-states";
import { type StateSource, stateOfFile } from "../recovery/pulumi/state-source";
import { EXIT } from "./exit-code";
import { collected, readDuration } from "./flags";
import { accountName, hanging, renderRecords, shortTime } from "./layout";
import { sourceProblemLine } from "./problem-lines";
import { withProgress } from "./progress";
import { addStateFlags, type StateFlags, selectionOf } from "./state-flags";
import { counted, fewOf, printWarning } from "./terminal";

interface Flags extends StateFlags {
  readonly namePrefix: readonly string[];
  readonly minAge?: number;
  readonly maxAge?: number;
  readonly all?: boolean;
  readonly json?: boolean;
}

const HELP = `
Categories:
  managed    live, and a state has its value
  orphaned   live, and its value was lost (same proof as in \`orphans\`)
  unsettled  too early to tell: an operation may still be running; run again
  gone       a state has its value, but the key no longer works
  overdue    previous key of a rotation, still live after its end date
  unrotated  live and current in a state, but older than --max-age
  unmatched  live, named like a key of this provider, but in none of the states
  other      same as unmatched, but with none of the --name-prefix values:
             another team's key, no action needed
Other keys of the account are foreign. The report only counts them.

The audit checks the account of every PayEngine provider in state, and the
account of the stack's config. It does not check keys that people
created in PayEngine's dashboard (payengine:contract "dashboard"): no request
lists them.

For a state file, the credential comes from PAYENGINE_API_KEY. For an explicit
provider, it comes from the variable that credentialEnv names.

Examples:
  pulumi-payengine audit                            the selected stack
  pulumi-payengine audit --stack dev --stack prod   two stacks of this project
  pulumi-payengine audit --all-stacks               every stack with keys
  pulumi-payengine audit --name-prefix shop-        in a shared account
  pulumi-payengine audit --max-age 90d              report older keys

  pulumi stack export > prod.json                   (in the other project)
  pulumi-payengine audit --state prod.json --json

Exit codes:
  0  every audited key is managed, other or foreign
  1  the command failed
  2  action needed: a key of another category, a key that two resources hold, or
     a state or account that could not be checked`;

export function auditCommand(): Command {
  return addStateFlags(new Command("audit"))
    .description("Compare the live keys of your accounts with stack state (changes nothing)")
    .addOption(
      new Option("--name-prefix <text>", "Prefix of your key names; repeat for more")
        .argParser(collected)
        .default([], "any name"),
    )
    .option("--min-age <duration>", "How long state must be unchanged, as in `orphans`", readDuration)
    .option("--max-age <duration>", 'Report keys that are older than this, such as "90d"', readDuration)
    .option("--all", "Show managed and other keys too")
    .option("--json", "Print JSON, with all keys")
    .helpOption("-h, --help", "Show help")
    .addHelpText("after", HELP)
    .action(audit);
}

async function audit({ minAge, maxAge, namePrefix, all = false, json, ...flags }: Flags): Promise<void> {
  const report = await withProgress(async ({ step: onStep }) => {
    onStep("Reading the stack from Pulumi");
    const sources = await sourcesOf(selectionOf(flags), onStep);
    return auditKeys(sources, { minAge, maxAge, namePrefixes: namePrefix, onStep, onWarning: printWarning });
  });
  console.log(json ? JSON.stringify(report, undefined, 2) : describe(report, all));
  const isWell = report.unreached.length === 0 && !report.keys.some(needsPerson);
  process.exitCode = isWell ? EXIT.done : EXIT.left;
}

async function sourcesOf(
  selection: StateSelection,
  onStep: (step: string) => void,
): Promise<(PulumiStack | StateSource)[]> {
  const { cwd, files, allStacks } = selection;
  const stacks = allStacks
    ? await openAllStacks({ cwd }, onStep)
    : (await selectedStacks(selection)).map((stack) => openStack({ stack, cwd }));
  return [...(await Promise.all(stacks)), ...[...new Set(files)].map((path) => stateOfFile(path))];
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
    ...report.unreached.map((it) => sourceProblemLine(it)),
    ...(rows.length > 0 ? [renderRecords(HEAD, rows)] : []),
    ...report.notAudited.map((it) => sourceProblemLine(it, "Not audited")),
    ...report.accounts.map(({ id, apiUrl, live, foreign }) =>
      hanging(
        "",
        `Account ${id === undefined ? "" : `${id} `}at ${apiUrl}: ${counted(live, "live key")}, ${foreign} foreign`,
      ),
    ),
    hanging("", summary(report)),
  ].join("\n");
}

/** Counts only the keys that were checked. */
function summary({ keys, sources, accounts, unreached }: AuditReport): string {
  const names = fewOf(sources);
  if (accounts.length === 0)
    return `No account was checked, so it is unknown whether the keys of ${names} work.`;
  const counts = CATEGORIES.toReversed().map((category) => {
    const count = keys.filter((key) => key.category === category).length;
    return count === 0 && category !== "managed" ? [] : [`${count} ${category}`];
  });
  return `Keys of ${names}${unreached.length > 0 ? " (some not checked)" : ""}: ${counts.flat().join(", ")}`;
}
