import { type Bench, MeasuredStack, type Traffic } from "./measured-stack";
import type { StepResult } from "./results";

type Step = (stack: MeasuredStack) => Promise<unknown>;

const UP = ["up", "--yes", "--skip-preview"];
const REFRESH = ["refresh", "--yes", "--skip-preview"];
const DESTROY = ["destroy", "--yes", "--skip-preview"];
/** Rotation with a provider that can only create, read and delete. */
const REPLACE = [...UP, "--replace", "**key-*"];

/** The floor sends no requests. The hand-written provider fails when it is told to wait. */
const TRAFFIC: readonly Traffic[] = [
  { name: "50 ms", input: { latencyMs: 50 }, subjects: ["payengine", "hand-written"] },
  { name: "20 requests a second", input: { callsPerSecond: 20 }, subjects: ["payengine"] },
];

const LIFE: readonly Step[] = [
  (stack) => stack.write({ rotating: false, trigger: 0 }),
  (stack) => stack.look("preview", ["preview"]),
  (stack) => stack.step("up", UP),
  (stack) => stack.look("up, no change", UP),
  (stack) => stack.look("refresh", REFRESH),
  ...TRAFFIC.map(
    (traffic): Step =>
      (stack) =>
        stack.look("refresh", REFRESH, traffic),
  ),
  (stack) => stack.step("destroy", DESTROY),
];

const ROTATION: readonly Step[] = [
  (stack) => stack.write({ rotating: true, trigger: 0 }),
  (stack) => stack.unmeasured(UP),
  (stack) => stack.write({ rotating: true, trigger: 1 }),
  (stack) => stack.step("rotate", stack.of.subject === "hand-written" ? REPLACE : UP),
];

const NETWORK: readonly Step[] = [
  (stack) => stack.write({ rotating: false, trigger: 0 }),
  ...TRAFFIC.flatMap((traffic): Step[] => [
    (stack) => stack.step("up", UP, traffic),
    (stack) => stack.step("destroy", DESTROY, traffic),
  ]),
];

/** Measures one round with this number of keys. */
export type Measure = (bench: Bench, keys: number, round: number) => Promise<StepResult[]>;

/** From the first preview of a stack to its destruction. */
export const lifecycle = stepByStep(LIFE);

/** All keys of a stack at once. */
export const rotation = stepByStep(ROTATION);

/** The same job over a slow network or against a rate limit, where requests take most of the time. One CLI only. */
export const network: Measure = (bench, keys, round) =>
  stepByStep(NETWORK)({ ...bench, clis: bench.clis.slice(0, 1) }, keys, round);

/**
 * Runs each step on every stack before the next step: one stack for each subject and CLI. A machine that slows down then
 * affects all of them. Each round starts with another subject.
 */
function stepByStep(steps: readonly Step[]): Measure {
  return async (bench, keys, round) => {
    const stacks: MeasuredStack[] = [];
    const first = round % bench.subjects.length;
    const subjects = [...bench.subjects.slice(first), ...bench.subjects.slice(0, first)];
    try {
      for (const cli of bench.clis)
        for (const subject of subjects)
          stacks.push(await MeasuredStack.create(bench, { subject, cli, keys, round }));
      for (const step of steps) for (const stack of stacks) await step(stack);
      return stacks.flatMap(({ results }) => results);
    } finally {
      for (const stack of stacks) await stack.remove();
    }
  };
}
