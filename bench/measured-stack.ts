import { SandboxControl, type ThrottleInput } from "payengine-sandbox";
import type { StepResult } from "./results";
import { type SandboxProcess, startSandboxProcess } from "./sandbox-process";
import { BenchStack, type Keys, type Subject } from "./stack";

/** What all measurements with the CLI need. */
export interface Bench {
  readonly cli: string;
  readonly packages: string;
  /** Whose stacks are measured. */
  readonly subjects: readonly Subject[];
  readonly say: (line: string) => void;
}

/** Whose stack is measured, with how many keys, and for the how manieth time. */
export interface Run {
  readonly subject: Subject;
  readonly keys: number;
  readonly round: number;
}

/** What a network, or a limit, allows. */
export interface Traffic {
  readonly name: string;
  readonly input: ThrottleInput;
  /** Who is measured with it. */
  readonly subjects: readonly Subject[];
}

/** A stack whose commands are measured, one step after the other, with an account of its own. */
export class MeasuredStack {
  readonly results: StepResult[] = [];

  private readonly control: SandboxControl;

  private constructor(
    private readonly bench: Bench,
    private readonly sandbox: SandboxProcess,
    private readonly stack: BenchStack,
    readonly of: Run,
  ) {
    this.control = new SandboxControl(sandbox.controlUrl);
  }

  static async create(bench: Bench, of: Run): Promise<MeasuredStack> {
    const sandbox = await startSandboxProcess();
    try {
      return new MeasuredStack(bench, sandbox, await BenchStack.create(of.subject, bench, sandbox), of);
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }

  write(keys: Omit<Keys, "count">): Promise<void> {
    return this.stack.write({ count: this.of.keys, ...keys });
  }

  async step(step: string, args: readonly string[]): Promise<void> {
    await this.control.clearRequests();
    const { seconds, peaks } = await this.stack.run(args);
    const requests = await this.control.requests();
    const { state, provider } = await this.stack.sizes();
    this.results.push({
      ...this.of,
      step,
      seconds,
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

  /** A step over a network, or against a limit of calls. */
  async under(name: string, args: readonly string[], traffic: Traffic): Promise<void> {
    if (!traffic.subjects.includes(this.of.subject)) return;
    await this.control.setThrottle(traffic.input);
    await this.step(`${name}, ${traffic.name}`, args);
    await this.control.setThrottle({});
  }

  async unmeasured(args: readonly string[]): Promise<void> {
    await this.stack.run(args);
  }

  async remove(): Promise<void> {
    await this.stack.remove();
    await this.sandbox.stop();
  }
}
