import { SandboxControl, type ThrottleInput } from "payengine-sandbox";
import type { StepResult } from "./results";
import { type SandboxProcess, startSandboxProcess } from "./sandbox-process";
import { BenchStack, type Keys, type Subject } from "./stack";

/** The settings that all measurements with the CLI share. */
export interface Bench {
  /** The CLIs that are measured side by side, the newest first. */
  readonly clis: readonly Cli[];
  readonly packages: string;
  /** Whose stacks are measured. */
  readonly subjects: readonly Subject[];
  /** Which commands are measured, such as `up`; the others run where a measured one needs them. */
  readonly steps: readonly string[] | undefined;
  readonly say: (line: string) => void;
}

export interface Cli {
  /** Such as 3.276.0. */
  readonly version: string;
  /** Where it is, with its plugins. */
  readonly folder: string;
}

/** The subject, the CLI, the number of keys and the number of the round. */
export interface Run {
  readonly subject: Subject;
  readonly cli: Cli;
  readonly keys: number;
  readonly round: number;
}

/** A slow network or a rate limit. */
export interface Traffic {
  readonly name: string;
  readonly input: ThrottleInput;
  /** Who is measured with it. */
  readonly subjects: readonly Subject[];
}

/** A stack whose commands are measured step by step. It has its own account. */
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
      return new MeasuredStack(
        bench,
        sandbox,
        await BenchStack.create(of.subject, { cli: of.cli.folder, packages: bench.packages }, sandbox),
        of,
      );
    } catch (error) {
      await sandbox.stop();
      throw error;
    }
  }

  write(keys: Omit<Keys, "count">): Promise<void> {
    return this.stack.write({ count: this.of.keys, ...keys });
  }

  /** A command that later ones need. */
  async step(name: string, args: readonly string[], traffic?: Traffic): Promise<void> {
    if (!(await this.look(name, args, traffic))) await this.unmeasured(args);
  }

  /**
   * A command that changes nothing: it runs only to be measured.
   *
   * @param traffic over which network, or against which limit of calls.
   * @returns whether it ran.
   */
  async look(name: string, args: readonly string[], traffic?: Traffic): Promise<boolean> {
    const step = traffic ? `${name}, ${traffic.name}` : name;
    const isWanted = this.bench.steps?.includes(step) ?? true;
    if (!isWanted || traffic?.subjects.includes(this.of.subject) === false) return false;
    if (traffic) await this.control.setThrottle(traffic.input);
    await this.measure(step, args);
    if (traffic) await this.control.setThrottle({});
    return true;
  }

  private async measure(step: string, args: readonly string[]): Promise<void> {
    await this.control.clearRequests();
    const { seconds, peaks } = await this.stack.run(args);
    const requests = await this.control.requests();
    const { state, provider } = await this.stack.sizes();
    this.results.push({
      ...this.of,
      cli: this.of.cli.version,
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
    const { subject, cli, keys, round } = this.of;
    this.bench.say(
      `${cli.version}, ${keys} keys, round ${round}: ${subject} ${step} ${seconds.toFixed(1)} s, ${requests.length} calls`,
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
