import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { Face } from "../e2e/harness/native-face";
import { DIRECTED, IN_DIALECTS } from "./directed";
import { ALL_KINDS } from "./fault-kinds";
import { ROTATION } from "./focused";
import { generate } from "./generate";
import { MECHANISMS, type MechanismName } from "./mechanisms";
import { runAll } from "./pool";
import { type Prepared, prepare, removePrepared, withMechanismOff } from "./prepare";
import {
  describe,
  describeMechanisms,
  figuresOf,
  hasLoss,
  type MechanismFigures,
  mechanismFigures,
} from "./report";
import type { RunResult } from "./run-scenario";
import type { Scenario } from "./scenario";

interface Flags {
  readonly runs: number;
  readonly seed: number;
  readonly first: number;
  readonly workers: number;
  readonly mechanismOff?: MechanismName | "all";
  readonly faults?: string;
  readonly focus?: string;
  readonly face?: Face;
  readonly atLeast: number;
  readonly directed: boolean;
  readonly dialects: boolean;
  readonly keep?: string;
  readonly json: boolean;
}

const program = new Command("chaos")
  .description(
    "Run random programs under random faults with the real CLI, and count orphans, losses and leaks",
  )
  .option("--runs <number>", "number of runs", whole, 10)
  .option("--seed <number>", "the same seed repeats the same runs", whole, 1)
  .option("--first <number>", "number of the first run of the seed, to repeat a single run", whole, 0)
  .option("--workers <number>", "runs at the same time", whole, 2)
  .option("--faults <text>", "only runs that plan a fault of this kind")
  .addOption(
    new Option("--focus <kind>", "only this kind of fault, in each run").choices([...ALL_KINDS, ROTATION]),
  )
  .addOption(
    new Option("--face <face>", "all runs by this form of the provider; default: a third are native").choices(
      ["dynamic", "native"],
    ),
  )
  .addOption(
    new Option(
      "--mechanism-off <name>",
      "remove a recovery mechanism: its directed run, then runs of the seed until one reports a loss",
    ).choices([...Object.keys(MECHANISMS), "all"]),
  )
  .option("--at-least <number>", "fail if a kind of fault hit less often", whole, 0)
  .option("--directed", "the directed runs of all mechanisms, with no mechanism removed", false)
  .option("--dialects", "one killed creation in each dialect of the sandbox", false)
  .option("--keep <folder>", "write the output of failing runs to files in this folder")
  .option("--json", "print JSON", false)
  .action(main);

/** Ctrl-C: the current runs finish, and the figures so far are printed. */
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

async function main(flags: Flags): Promise<void> {
  const say = (line: string) => console.error(line);
  const prepared = await prepare();
  try {
    const seeded = scenariosOf(flags);
    if (flags.mechanismOff !== undefined) return await withoutMechanisms(flags, prepared, seeded);
    const directed = Object.entries(DIRECTED).map(([mechanism, it]) => ({
      ...it,
      name: `directed: ${mechanism}`,
    }));
    const written = [...(flags.directed ? directed : []), ...(flags.dialects ? IN_DIALECTS : [])];
    const results = await runBatch(written.length > 0 ? written : seeded, prepared, flags, say);
    const figures = figuresOf(results);
    console.log(flags.json ? JSON.stringify(figures, undefined, 2) : describe(figures));
    const rare = ALL_KINDS.filter((kind) => (figures.faultsByKind[kind] ?? 0) < flags.atLeast);
    if (rare.length > 0) say(`Less than ${flags.atLeast} times: ${rare.join(", ")}`);
    process.exitCode = figures.failing.length === 0 && rare.length === 0 ? 0 : 1;
  } finally {
    await removePrepared(prepared);
  }
}

/** Fails if a mechanism's removal causes no loss. */
async function withoutMechanisms(
  flags: Flags,
  prepared: Prepared,
  seeded: readonly Scenario[],
): Promise<void> {
  const { mechanismOff } = flags;
  const mechanisms =
    mechanismOff === "all" ? (Object.keys(MECHANISMS) as MechanismName[]) : [mechanismOff as MechanismName];
  const all: MechanismFigures[] = [];
  for (const mechanism of mechanisms) {
    const crippled = await withMechanismOff(prepared, mechanism);
    const say = (line: string) => console.error(`${mechanism} off: ${line}`);
    const results = await runBatch([DIRECTED[mechanism]], crippled, flags, say);
    results.push(...(await runBatch(seeded, crippled, flags, say, hasLoss)));
    all.push(mechanismFigures(mechanism, results));
  }
  console.log(flags.json ? JSON.stringify(all, undefined, 2) : describeMechanisms(all));
  process.exitCode = all.every(({ losses }) => losses > 0) ? 0 : 1;
}

function scenariosOf({ runs, seed, first, faults, focus, face, mechanismOff }: Flags): Scenario[] {
  // Mechanisms are removed from a copy of the package, which the native plugin does not use.
  const only = mechanismOff === undefined ? face : "dynamic";
  const found: Scenario[] = [];
  for (let index = first; found.length < runs; index++) {
    if (index - first > 10_000) throw new Error(`No run of this seed plans a fault of the kind "${faults}"`);
    const scenario = { ...generate(seed, index, focus), ...(only && { face: only }) };
    if (faults === undefined || JSON.stringify(scenario).includes(faults)) found.push(scenario);
  }
  return found;
}

/** @param isEnough no further run starts after a result of this kind. */
async function runBatch(
  scenarios: readonly Scenario[],
  prepared: Prepared,
  { workers, keep }: Flags,
  say: (line: string) => void,
  isEnough: (result: RunResult) => boolean = () => false,
): Promise<RunResult[]> {
  const jobs = scenarios.map((scenario) => ({ prepared, scenario }));
  const enough = new AbortController();
  const results = await runAll(
    jobs,
    workers,
    (result) => {
      const { name, violations, seconds } = result;
      if (isEnough(result)) enough.abort();
      const harm = violations.map((it) => `${it.harm}: ${it.detail}`).join("\n    ");
      say(`${violations.length === 0 ? "✓" : "✗"} ${name} ${seconds.toFixed(1)} s ${harm}`);
    },
    [stop.signal, enough.signal],
  );
  if (keep !== undefined) {
    await mkdir(keep, { recursive: true });
    for (const { name, transcript } of results.filter((it) => it.violations.length > 0))
      await writeFile(join(keep, `${name.replace(/\W+/g, "-")}.txt`), transcript);
  }
  return results;
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Enter a whole number.");
  return Number(text);
}

program.parseAsync().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
