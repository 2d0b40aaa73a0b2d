import { type PaceInput, SandboxControl } from "payengine-sandbox";
import type { StepResult } from "./results";
import { type SandboxProcess, startSandboxProcess } from "./sandbox-process";
import { BenchStack, type Keys, type Subject } from "./stack";

/** What all measurements with the CLI need. */
export interface Bench {
  readonly cli: string;
  readonly packages: string;
  /** Whether the life of a stack includes a rotation. */
  readonly rotates: boolean;
  readonly say: (line: string) => void;
}

/** Whose stack is measured, with how many keys, and for the how manieth time. */
export interface Run {
  readonly subject: Subject;
  readonly keys: number;
  readonly round: number;
}

/** A stack whose commands are measured, one step after the other, with an account of its own. */
export class MeasuredStack {
  readonly results: StepResult[] = [];

  private constructor(
    private readonly bench: Bench,
    private readonly sandbox: SandboxProcess,
    private readonly stack: BenchStack,
    private readonly of: Run,
  ) {}

  static async create(bench: Bench, of: Run): Promise<MeasuredStack> {
    const sandbox = await startSandboxProcess();
    return new MeasuredStack(bench, sandbox, await BenchStack.create(of.subject, bench, sandbox), of);
  }

  private get control(): SandboxControl {
    return new SandboxControl(this.sandbox.controlUrl);
  }

  /** Makes PayEngine slow, or limits its calls, until the next one. */
  async setPace(pace: PaceInput): Promise<void> {
    await this.control.setPace(pace);
  }

  write(keys: Omit<Keys, "count">): Promise<void> {
    return this.stack.write({ count: this.of.keys, ...keys });
  }

  async step(step: string, args: readonly string[]): Promise<void> {
    const { control } = this;
    await control.clearRequests();
    const { seconds, peaks } = await this.stack.run(args);
    const requests = await control.requests();
    const { state, provider } = await this.stack.sizes();
    this.results.push({
      ...this.of,
      ...{ step, seconds },
      calls: requests.length,
      callsSeconds: ((requests.at(-1)?.at ?? 0) - (requests[0]?.at ?? 0)) / 1000,
      refused: requests.filter(({ answered }) => answered === 429).length,
      programMiB: peaks.program,
      pluginMiB: peaks.plugin,
      stateBytes: state,
      providerBytes: provider,
    });
    const { subject, keys, round } = this.of;
    this.bench.say(
      `${keys} keys, round ${round}: ${subject} ${step} ${seconds.toFixed(1)} s, ${requests.length} calls`,
    );
  }

  async unmeasured(args: readonly string[]): Promise<void> {
    await this.stack.run(args);
  }

  async remove(): Promise<void> {
    await this.stack.remove();
    await this.sandbox.stop();
  }
}

export const UP = ["up", "--yes", "--skip-preview"];
export const REFRESH = ["refresh", "--yes", "--skip-preview"];
export const DESTROY = ["destroy", "--yes", "--skip-preview"];

/** A stack from its first preview to its end, and the rotation of all keys in another one. */
export async function lifecycle(bench: Bench, of: Run): Promise<StepResult[]> {
  const results = await measured(bench, of, async (stack) => {
    await stack.write({ rotating: false, trigger: 0 });
    await stack.step("preview", ["preview"]);
    await stack.step("up", UP);
    await stack.step("up, no change", UP);
    await stack.step("refresh", REFRESH);
    for (const [name, pace] of pacesFor(of.subject)) {
      await stack.setPace(pace);
      await stack.step(`refresh, ${name}`, REFRESH);
      await stack.setPace({});
    }
    // One that only creates, reads and deletes has no other way.
    if (bench.rotates && of.subject === "hand-written")
      await stack.step("rotate", [...UP, "--replace", "**key-*"]);
    await stack.step("destroy", DESTROY);
  });
  if (!bench.rotates || of.subject === "hand-written") return results;
  const rotation = await measured(bench, of, async (stack) => {
    await stack.write({ rotating: true, trigger: 0 });
    await stack.unmeasured(UP);
    await stack.write({ rotating: true, trigger: 1 });
    await stack.step("rotate", UP);
  });
  return [...results, ...rotation];
}

async function measured(
  bench: Bench,
  of: Run,
  steps: (stack: MeasuredStack) => Promise<void>,
): Promise<StepResult[]> {
  const stack = await MeasuredStack.create(bench, of);
  try {
    await steps(stack);
    return stack.results;
  } finally {
    await stack.remove();
  }
}

/** The same job over a network, or against a limit of calls, where the time goes into calls. */
export function network(bench: Bench, of: Run): Promise<StepResult[]> {
  return measured(bench, of, async (stack) => {
    await stack.write({ rotating: false, trigger: 0 });
    for (const [name, pace] of pacesFor(of.subject)) {
      await stack.setPace(pace);
      await stack.step(`up, ${name}`, UP);
      await stack.step(`destroy, ${name}`, DESTROY);
    }
  });
}

/** What a network, or a limit, allows. The floor calls nothing; by hand, one that is told to wait fails. */
function pacesFor(subject: Subject): [string, PaceInput][] {
  const latency: [string, PaceInput] = ["50 ms", { latencyMs: 50 }];
  const limit: [string, PaceInput] = ["20 calls a second", { callsPerSecond: 20 }];
  return { payengine: [latency, limit], floor: [], "hand-written": [latency] }[subject];
}
