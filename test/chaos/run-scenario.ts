import { messageOf } from "../../provider/payengine/errors";
import { checkLeaks, type Violation } from "./invariant";
import { playRound } from "./play-round";
import type { Prepared } from "./prepare";
import type { Scenario } from "./scenario";
import { World } from "./world";

/** The result of one run. Holds no secret. */
export interface RunResult {
  readonly name: string;
  readonly violations: readonly Violation[];
  /** Faults that hit a running request, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  /** How the operations with faults ended. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly ups: number;
  readonly keys: number;
  readonly seconds: number;
  /** What this machine could not run. */
  readonly skipped: readonly string[];
  /** The commands' output, for a failed run. */
  readonly transcript: string;
}

/** Counts and findings of a run in progress. */
export class Tally {
  readonly faults: Record<string, number> = {};
  readonly outcomes: Record<string, number> = {};
  readonly violations: Violation[] = [];
  readonly skipped = new Set<string>();
  readonly log: string[] = [];

  fault(kind: string): void {
    this.faults[kind] = (this.faults[kind] ?? 0) + 1;
  }

  outcome(outcome: string): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }

  add(round: number, violations: readonly Violation[]): void {
    this.violations.push(
      ...violations.map(({ harm, detail }) => ({ harm, detail: `round ${round}: ${detail}` })),
    );
  }
}

let current: World | undefined;

/** Stops and removes what the current run has made. */
export async function abandonRun(): Promise<void> {
  await current?.close();
}

/** Runs one scenario from a new stack and sandbox to its end. */
export async function runScenario(prepared: Prepared, scenario: Scenario): Promise<RunResult> {
  const started = Date.now();
  const tally = new Tally();
  const world = await World.open(prepared, scenario);
  current = world;
  let keys = 0;
  try {
    for (const [number, round] of scenario.rounds.entries()) {
      await playRound(world, scenario, round, number, tally);
      // Orphans are revoked by now; later rounds would only repeat any other harm.
      if (tally.violations.some(({ harm }) => harm !== "orphan")) break;
    }
    tally.add(scenario.rounds.length, checkLeaks(world));
    keys = (await world.control.keys()).filter(({ credential }) => !credential).length;
  } catch (error) {
    const harm = /did not end within/.test(messageOf(error)) ? "hang" : "harness";
    const text = error instanceof Error ? String(error.stack) : String(error);
    tally.violations.push({ harm, detail: text });
  } finally {
    current = undefined;
    const left = await world.close();
    tally.add(
      scenario.rounds.length,
      left.map((detail) => ({ harm: "process", detail })),
    );
  }
  return {
    name: scenario.name,
    violations: tally.violations,
    faults: tally.faults,
    outcomes: tally.outcomes,
    ups: world.stacks.reduce((sum, { ups }) => sum + ups, 0),
    keys,
    seconds: (Date.now() - started) / 1000,
    skipped: [...tally.skipped],
    transcript: tally.violations.length > 0 ? transcriptOf(world, scenario, tally) : "",
  };
}

function transcriptOf({ stacks }: World, scenario: Scenario, { log }: Tally): string {
  const said = stacks.flatMap((stack) =>
    stack.said.map(
      ({ command, exitCode, stdout, stderr }) => `\n$ ${command}\n${stdout}${stderr}[exit code ${exitCode}]`,
    ),
  );
  return [JSON.stringify(scenario, undefined, 1), ...log, ...said].join("\n");
}
