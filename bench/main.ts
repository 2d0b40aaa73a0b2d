import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { SandboxControl } from "payengine-sandbox";
import installPackage from "../test/e2e/harness/install-package";
import removePackage from "../test/e2e/harness/remove-package";
import { type Bench, lifecycle, network } from "./lifecycle";
import { writeReport } from "./report";
import type { Part, Results, StepResult } from "./results";
import { startSandboxProcess } from "./sandbox-process";
import { SUBJECTS } from "./stack";
import { starts } from "./starts";
import { throughput } from "./throughput";

const PARTS = ["lifecycle", "network", "starts", "throughput"] as const;
const DOCS = join(__dirname, "../docs");
const START_ROUNDS = 15;
const THROUGHPUT_ROUNDS = 7;

interface Flags {
  readonly keys: number[];
  readonly rounds: number;
  readonly only: string[];
}

new Command("bench")
  .description("Measures this provider beside a floor and a hand-written one, and writes docs/performance.md")
  .option("--keys <numbers>", "how many keys, such as 1,100", numbers, [1, 100, 1_000])
  .option("--rounds <number>", "how often", Number, 3)
  .option("--only <parts>", `some of ${PARTS.join(", ")}; the others stay as they are`, list, [...PARTS])
  .action(main)
  .parseAsync()
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });

async function main({ keys, rounds, only }: Flags): Promise<void> {
  await installPackage();
  const folder = await mkdtemp(join(tmpdir(), "payengine-bench-"));
  const sandbox = await startSandboxProcess(folder);
  try {
    const installed = String(process.env.PAYENGINE_E2E_INSTALLED);
    const bench: Bench = {
      cli: String(process.env.PAYENGINE_E2E_CLI),
      packages: join(installed, "node_modules"),
      payengine: sandbox,
      control: new SandboxControl(sandbox.controlUrl),
      say: (line) => console.error(line),
    };
    const measured: Record<string, readonly unknown[]> = {};
    if (only.includes("starts")) measured.starts = await starts(installed, START_ROUNDS);
    if (only.includes("throughput")) measured.throughput = await throughput(THROUGHPUT_ROUNDS);
    if (only.includes("network")) measured.network = await rounded(bench, network, [100], rounds);
    if (only.includes("lifecycle")) measured.lifecycle = await rounded(bench, lifecycle, keys, rounds);
    keep(measured, versionsOf(bench));
  } finally {
    await sandbox.stop();
    await rm(folder, { recursive: true, force: true });
    await removePackage();
  }
  writeReport(DOCS);
}

/** One subject after the other, in each round. */
async function rounded(
  bench: Bench,
  measure: typeof lifecycle,
  sizes: readonly number[],
  rounds: number,
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const keys of sizes)
    for (let round = 1; round <= rounds; round++)
      for (const subject of SUBJECTS) results.push(...(await measure(bench, { subject, keys, round })));
  return results;
}

/** Puts what was measured in the place of what was there. */
function keep(measured: Record<string, readonly unknown[]>, versions: Record<string, string>): void {
  const file = join(DOCS, "performance.json");
  let results: Results = {};
  try {
    results = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const [cpu] = cpus();
  const about: Omit<Part<never>, "results"> = {
    command: ["npm run bench --", ...process.argv.slice(2)].join(" "),
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpu?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    versions,
  };
  const parts = Object.entries(measured).map(([part, results]) => [part, { ...about, results }]);
  const all = { ...results, ...Object.fromEntries(parts) };
  writeFileSync(file, `${JSON.stringify(all, undefined, 1)}\n`);
}

function versionsOf({ cli, packages }: Bench): Record<string, string> {
  // The program's own packages, and the HTTP client that this package brings along.
  const ofPackage = createRequire(join(packages, "pulumi-payengine/package.json"));
  const version = (name: string): string =>
    JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8")).version;
  return {
    node: process.version,
    pulumi: execFileSync(join(cli, "pulumi"), ["version"], { encoding: "utf8" }).trim(),
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

function list(text: string): string[] {
  const all = text.split(",");
  const wrong = all.find((it) => !PARTS.some((part) => part === it));
  if (wrong !== undefined) throw new InvalidArgumentError(`There is no "${wrong}".`);
  return all;
}
