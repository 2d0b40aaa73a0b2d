import type { CommandUse } from "./peak-memory";
import type { Subject } from "./stack";

/** One command of one round. */
export interface StepResult {
  readonly subject: Subject;
  readonly keys: number;
  /** Version of the CLI, such as 3.276.0. */
  readonly cli: string;
  /** Such as `up`, or `refresh, 50 ms`. */
  readonly step: string;
  readonly round: number;
  readonly seconds: number;
  /** Calls that PayEngine received. */
  readonly calls: number;
  /** From the first call to the last. */
  readonly callsSeconds: number;
  /** Calls of those that were answered with 429. */
  readonly refused: number;
  readonly programMiB: number;
  readonly pluginMiB: number;
  /** Bytes of the state's file after it, and of the text that names the provider. */
  readonly stateBytes: number;
  readonly providerBytes: number;
}

/** The time to load something in a new process, in milliseconds, and how many modules that takes. */
export interface StartResult {
  readonly loads: string;
  readonly milliseconds: number;
  readonly modules: number;
}

/** Requests per second. */
export interface ThroughputResult {
  readonly client: string;
  readonly concurrency: number;
  readonly callsPerSecond: number;
}

/** One command of `pulumi-payengine` over all stacks of a backend. */
export interface StacksResult extends CommandUse {
  /** Such as `audit`. */
  readonly command: string;
  readonly stacks: number;
  /** Of all stacks together. */
  readonly keys: number;
  readonly round: number;
  readonly seconds: number;
  /** Calls that PayEngine received. */
  readonly calls: number;
}

/** One part of the measurements, with everything that you need to repeat it. */
export interface Part<Result> {
  readonly command: string;
  readonly date: string;
  readonly machine: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
}

/** The life of stacks and rotation, by number of keys. */
type StackPart = `lifecycle-${number}` | `rotation-${number}`;

/** The parts that are measured in rounds. */
export type StepPart = StackPart | "network";

export interface Results {
  readonly [stack: StackPart]: Part<StepResult>;
  readonly network?: Part<StepResult>;
  readonly starts?: Part<StartResult>;
  readonly throughput?: Part<ThroughputResult>;
  readonly stacks?: Part<StacksResult>;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param part such as 0.25 for the first quartile. Interpolates between two values. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const [low = Number.NaN, high = low] = sorted.slice(Math.floor(place), Math.floor(place) + 2);
  return low + (high - low) * (place % 1);
}
