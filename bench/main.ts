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
import { starts } from "./starts";
import { throughput } from "./throughput";

const PARTS = ["lifecycle", "rotation", "network", "starts", "throughput"] as const;
/** The supported releases of Pulumi's CLI, as tools/pulumi-cli.mjs knows them. */
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
    "Measures this provider beside a floor and a hand-written one, and writes docs/development/benchmarks.md",
  )
  .option("--keys <numbers>", "how many keys, such as 1,100", numbers, [1, 100, 1_000])
  .option("--rounds <number>", "how often", Number, 3)
  .option("--add", "put the rounds beside those that were kept, instead of in their place", false)
  .option("--only <parts>", `some of ${PARTS.join(", ")}; the others stay as they are`, listOf(PARTS), [
    ...PARTS,
  ])
  .option("--subjects <names>", `some of ${SUBJECTS.join(", ")}`, listOf(SUBJECTS), [...SUBJECTS])
  .option(
    "--steps <names>",
    "only these commands of the life of a stack, such as up,refresh,destroy",
    (text) => text.split(","),
  )
  .option("--cli <releases>", `some of ${RELEASES.join(", ")}`, listOf(RELEASES), [...RELEASES])
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

/** Puts what was measured in the place of what was there. */
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

/** Built first, where this machine does not have it yet. */
function findCli(release: string): Cli {
  const script = join(__dirname, "../tools/pulumi-cli.mjs");
  const folder = execFileSync(process.execPath, [script, "--release", release], { encoding: "utf8" }).trim();
  const version = execFileSync(join(folder, "pulumi"), ["version"], { encoding: "utf8" });
  return { folder, version: version.trim().replace(/^v/, "") };
}

function versionsOf({ clis, packages }: Bench): Record<string, string> {
  // The program's own packages, and the HTTP client that this package brings along.
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
    if (wrong !== undefined) throw new InvalidArgumentError(`There is no "${wrong}".`);
    return all;
  };
}
