import { type Bench, MeasuredStack, type Traffic } from "./measured-stack";
import type { StepResult } from "./results";

type Step = (stack: MeasuredStack) => Promise<unknown>;

const UP = ["up", "--yes", "--skip-preview"];
const REFRESH = ["refresh", "--yes", "--skip-preview"];
const DESTROY = ["destroy", "--yes", "--skip-preview"];
/** How a provider rotates that only creates, reads and deletes. */
const REPLACE = [...UP, "--replace", "**key-*"];

/** The floor calls nothing; by hand, one that is told to wait fails. */
const TRAFFIC: readonly Traffic[] = [
  { name: "50 ms", input: { latencyMs: 50 }, subjects: ["payengine", "hand-written"] },
  { name: "20 calls a second", input: { callsPerSecond: 20 }, subjects: ["payengine"] },
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

/** Measures one round with so many keys. */
export type Measure = (bench: Bench, keys: number, round: number) => Promise<StepResult[]>;

/** From the first preview of a stack to its end. */
export const lifecycle = inTurn(LIFE);

/** All keys of a stack at once. */
export const rotation = inTurn(ROTATION);

/** The same job over a network, or against a limit of calls, where the time goes into calls: with one CLI. */
export const network: Measure = (bench, keys, round) =>
  inTurn(NETWORK)({ ...bench, clis: bench.clis.slice(0, 1) }, keys, round);

/**
 * Each step is taken by one stack after the other, of each subject with each CLI: a machine that gets slower does so for all
 * of them. Each round begins with another subject, so that none always comes first.
 */
function inTurn(steps: readonly Step[]): Measure {
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
