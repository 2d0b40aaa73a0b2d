import { renderTable } from "../../cli/layout";
import { ALL_KINDS } from "./fault-kinds";
import { type Harm, LOSSES } from "./invariant";
import type { RunResult } from "./run-scenario";

const NEVER = Object.fromEntries(ALL_KINDS.map((kind) => [kind, 0]));

/** The figures of a batch of runs. */
export interface Figures {
  readonly runs: number;
  readonly faults: number;
  readonly faultsByKind: Readonly<Record<string, number>>;
  readonly ups: number;
  readonly keys: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly violations: Readonly<Partial<Record<Harm, number>>>;
  readonly failing: readonly { readonly name: string; readonly violations: RunResult["violations"] }[];
  readonly skipped: readonly string[];
  readonly secondsPerRun: number;
}

export function figuresOf(results: readonly RunResult[]): Figures {
  const faultsByKind = sums(results.map(({ faults }) => faults));
  const harms = results.flatMap(({ violations }) => violations.map(({ harm }) => ({ [harm]: 1 })));
  return {
    runs: results.length,
    faults: Object.values(faultsByKind).reduce((sum, count) => sum + count, 0),
    faultsByKind,
    ups: results.reduce((sum, { ups }) => sum + ups, 0),
    keys: results.reduce((sum, { keys }) => sum + keys, 0),
    outcomes: sums(results.map(({ outcomes }) => outcomes)),
    violations: sums(harms),
    failing: results
      .filter(({ violations }) => violations.length > 0)
      .map(({ name, violations }) => ({ name, violations })),
    skipped: [...new Set(results.flatMap(({ skipped }) => skipped))],
    secondsPerRun: results.reduce((sum, { seconds }) => sum + seconds, 0) / Math.max(1, results.length),
  };
}

/** Losses of a batch without a mechanism. */
export interface MechanismFigures {
  readonly mechanism: string;
  readonly runs: number;
  readonly lossesInDirectedRun: number;
  readonly seedsWithLoss: readonly string[];
  readonly losses: number;
}

const lossesOf = ({ violations }: RunResult) => violations.filter(({ harm }) => LOSSES.includes(harm)).length;

export const hasLoss = (result: RunResult): boolean => lossesOf(result) > 0;

export function mechanismFigures(mechanism: string, results: readonly RunResult[]): MechanismFigures {
  const directed = results.filter(({ name }) => name === "directed");
  const seeded = results.filter(({ name }) => name !== "directed");
  return {
    mechanism,
    runs: results.length,
    lossesInDirectedRun: directed.reduce((sum, result) => sum + lossesOf(result), 0),
    seedsWithLoss: seeded.filter(hasLoss).map(({ name }) => name),
    losses: results.reduce((sum, result) => sum + lossesOf(result), 0),
  };
}

export function describe(figures: Figures): string {
  const { runs, faults, ups, keys, secondsPerRun } = figures;
  return [
    `${runs} runs, ${faults} faults, ${ups} ups, ${keys} keys made, ${secondsPerRun.toFixed(1)} s a run`,
    counts("FAULT THAT HIT A RUNNING REQUEST", { ...NEVER, ...figures.faultsByKind }),
    counts("OUTCOME OF THE OPERATION UNDER FAULT", figures.outcomes),
    counts("HARM", figures.violations, "none"),
    ...figures.skipped.map((reason) => `Skipped: ${reason}`),
    ...figures.failing.map(
      ({ name, violations }) =>
        `${name}: ${violations.map(({ harm, detail }) => `${harm}: ${detail}`).join("\n  ")}`,
    ),
  ].join("\n\n");
}

export function describeMechanisms(all: readonly MechanismFigures[]): string {
  return renderTable(
    ["MECHANISM OFF", "RUNS", "LOSSES", "IN DIRECTED RUN", "SEEDS WITH LOSS"],
    all.map((it) => [
      it.mechanism,
      String(it.runs),
      String(it.losses),
      String(it.lossesInDirectedRun),
      it.seedsWithLoss.join(" "),
    ]),
  );
}

function counts(head: string, counted: Readonly<Partial<Record<string, number>>>, none = "-"): string {
  const rows = Object.entries(counted)
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([name, count]) => [name, String(count)]);
  return renderTable([head, "COUNT"], rows.length > 0 ? rows : [[none, "0"]]);
}

function sums(records: readonly Readonly<Partial<Record<string, number>>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const record of records)
    for (const [key, count = 0] of Object.entries(record)) total[key] = (total[key] ?? 0) + count;
  return total;
}
