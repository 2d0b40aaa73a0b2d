import { type Bench, MeasuredStack, type Traffic } from "./measured-stack";
import type { StepResult } from "./results";

type Step = (stack: MeasuredStack) => Promise<void>;

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
  (stack) => stack.step("preview", ["preview"]),
  (stack) => stack.step("up", UP),
  (stack) => stack.step("up, no change", UP),
  (stack) => stack.step("refresh", REFRESH),
  ...TRAFFIC.map(
    (traffic): Step =>
      (stack) =>
        stack.under("refresh", REFRESH, traffic),
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
    (stack) => stack.under("up", UP, traffic),
    (stack) => stack.under("destroy", DESTROY, traffic),
  ]),
];

/** Measures one round with so many keys. */
export type Measure = (bench: Bench, keys: number, round: number) => Promise<StepResult[]>;

/** From the first preview of a stack to its end. */
export const lifecycle = inTurn(LIFE);

/** All keys of a stack at once. */
export const rotation = inTurn(ROTATION);

/** The same job over a network, or against a limit of calls, where the time goes into calls. */
export const network = inTurn(NETWORK);

/** Each step is taken by one subject after the other: a machine that gets slower does so for all of them. */
function inTurn(steps: readonly Step[]): Measure {
  return async (bench, keys, round) => {
    const stacks: MeasuredStack[] = [];
    try {
      for (const subject of bench.subjects)
        stacks.push(await MeasuredStack.create(bench, { subject, keys, round }));
      for (const step of steps) for (const stack of stacks) await step(stack);
      return stacks.flatMap(({ results }) => results);
    } finally {
      for (const stack of stacks) await stack.remove();
    }
  };
}
