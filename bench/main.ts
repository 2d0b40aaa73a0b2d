import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import installPackage from "../test/e2e/harness/install-package";
import removePackage from "../test/e2e/harness/remove-package";
import { lifecycle, type Measure, network, rotation } from "./lifecycle";
import type { Bench, Cli } from "./measured-stack";
import { writeReport } from "./report";
import type { Part, Results, StepPart } from "./results";
import { SUBJECTS } from "./stack";
import { manyStacks } from "./stacks";
import { starts } from "./starts";
import { throughput } from "./throughput";

const PARTS = ["lifecycle", "rotation", "network", "starts", "throughput", "stacks"] as const;
/** The supported releases of Pulumi's CLI, by their names in tools/pulumi-cli.mjs. */
const RELEASES = ["newest", "oldest"] as const;
const DOCS = join(__dirname, "../docs/development");
const RESULTS = join(DOCS, "performance.json");
const NETWORK_KEYS = 100;
const START_ROUNDS = 15;
const THROUGHPUT_ROUNDS = 15;

interface Flags {
  readonly keys: number[];
  readonly rounds: number;
  readonly add: boolean;
  readonly only: string[];
  readonly subjects: string[];
  readonly steps: string[] | undefined;
  readonly cli: string[];
}

new Command("bench")
  .description(
    "Measure this provider, a floor and a hand-written provider, and write docs/development/benchmarks.md",
  )
  .option("--keys <numbers>", "numbers of keys, such as 1,100", numbers, [1, 100, 1_000])
  .option("--rounds <number>", "number of rounds", Number, 3)
  .option("--add", "add the rounds to earlier results instead of replacing them", false)
  .option(
    "--only <parts>",
    `one or more of ${PARTS.join(", ")}; the results of the others stay`,
    listOf(PARTS),
    [...PARTS],
  )
  .option("--subjects <names>", `one or more of ${SUBJECTS.join(", ")}`, listOf(SUBJECTS), [...SUBJECTS])
  .option("--steps <names>", "only these commands, such as up,refresh,destroy", (text) => text.split(","))
  .option("--cli <releases>", `one or more of ${RELEASES.join(", ")}`, listOf(RELEASES), [...RELEASES])
  .action(main)
  .parseAsync()
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });

async function main({ keys, rounds, add, only, subjects, steps, cli }: Flags): Promise<void> {
  await installPackage();
  try {
    const installed = String(process.env.PAYENGINE_E2E_INSTALLED);
    const bench: Bench = {
      clis: RELEASES.filter((it) => cli.includes(it)).map(findCli),
      packages: join(installed, "node_modules"),
      subjects: SUBJECTS.filter((it) => subjects.includes(it)),
      steps,
      say: (line) => console.error(line),
    };
    const about = aboutThis(bench);
    const keep = (part: string, results: readonly unknown[]) => keepPart(part, { ...about, results });
    if (only.includes("starts")) keep("starts", await starts(installed, START_ROUNDS));
    if (only.includes("throughput")) keep("throughput", await throughput(THROUGHPUT_ROUNDS));
    if (only.includes("stacks")) keep("stacks", await manyStacks(bench, rounds));
    const keepRounds = async (part: StepPart, measure: Measure, size: number) => {
      const results = add ? [...(readResults()[part]?.results ?? [])] : [];
      const before = Math.max(0, ...results.map(({ round }) => round));
      for (let round = before + 1; round <= before + rounds; round++) {
        results.push(...(await measure(bench, size, round)));
        keep(part, results);
      }
    };
    if (only.includes("network")) await keepRounds("network", network, NETWORK_KEYS);
    for (const size of keys) {
      if (only.includes("lifecycle")) await keepRounds(`lifecycle-${size}`, lifecycle, size);
      if (only.includes("rotation")) await keepRounds(`rotation-${size}`, rotation, size);
    }
  } finally {
    await removePackage();
  }
  writeReport(DOCS);
}

/** Replaces the stored results of one part. */
function keepPart(name: string, part: Part<unknown>): void {
  writeFileSync(RESULTS, `${JSON.stringify({ ...readResults(), [name]: part }, undefined, 1)}\n`);
}

function readResults(): Results {
  try {
    return JSON.parse(readFileSync(RESULTS, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

function aboutThis(bench: Bench): Omit<Part<unknown>, "results"> {
  const [cpu] = cpus();
  return {
    command: ["npm run bench --", ...process.argv.slice(2)].join(" "),
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpu?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    versions: versionsOf(bench),
  };
}

/** Builds the CLI if this machine does not have it. */
function findCli(release: string): Cli {
  const script = join(__dirname, "../tools/pulumi-cli.mjs");
  const folder = execFileSync(process.execPath, [script, "--release", release], { encoding: "utf8" }).trim();
  const version = execFileSync(join(folder, "pulumi"), ["version"], { encoding: "utf8" });
  return { folder, version: version.trim().replace(/^v/, "") };
}

function versionsOf({ clis, packages }: Bench): Record<string, string> {
  // The program's own packages, and the HTTP client that this package depends on.
  const ofPackage = createRequire(join(packages, "pulumi-payengine/package.json"));
  const version = (name: string): string =>
    JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8")).version;
  return {
    node: process.version,
    pulumi: clis.map((cli) => cli.version).join(" and "),
    "@pulumi/pulumi": version("@pulumi/pulumi"),
    undici: ofPackage("undici/package.json").version,
    "pulumi-payengine": version("pulumi-payengine"),
  };
}

function numbers(text: string): number[] {
  const all = text.split(",").map(Number);
  if (all.some((it) => !Number.isInteger(it) || it < 1))
    throw new InvalidArgumentError("Give whole numbers.");
  return all;
}

function listOf(choices: readonly string[]): (text: string) => string[] {
  return (text) => {
    const all = text.split(",");
    const wrong = all.find((it) => !choices.includes(it));
    if (wrong !== undefined) throw new InvalidArgumentError(`Unknown name "${wrong}".`);
    return all;
  };
}
