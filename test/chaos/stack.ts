import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SandboxControl } from "payengine-sandbox";
import { type Ended, runProgram } from "../e2e/harness/run-program";
import { skewedClock } from "../e2e/harness/skewed-clock";
import { type Deployment, type KeyInState, keysOf } from "../e2e/harness/state";
import type { KeyPlan } from "./scenario";

/** Time limit of a command, well above the provider's own limits. A longer command counts as a hang. */
export const COMMAND_LIMIT_MS = 120_000;
/** Longer than a lost request may still take effect. */
const LATER_MS = 600_000;

/** A stack's decrypted state, in memory only. */
export interface ChaosState {
  readonly keys: readonly KeyInState[];
  readonly pending: readonly string[];
}

export interface CommandOptions {
  /** Minutes have passed. */
  readonly later?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly onStart?: (pid: number) => void;
  /** A wrapper for the command, such as `unshare` with its flags. */
  readonly by?: readonly string[] | undefined;
  /** How many milliseconds the clock of its Node processes is ahead. */
  readonly clockMs?: number | undefined;
}

/** One stack of a run, used with the real commands. */
export class ChaosStack {
  /** Everything that its commands have printed, except the export of the state. */
  readonly said: Ended[] = [];
  ups = 0;

  constructor(
    readonly name: string,
    /** The Pulumi project; all stacks of a run share it. */
    private readonly folder: string,
    private readonly cli: string,
    readonly env: Record<string, string>,
    private readonly control: SandboxControl,
  ) {}

  async write(program: readonly KeyPlan[]): Promise<void> {
    await writeFile(join(this.folder, "keys.json"), JSON.stringify(program));
  }

  /** `pulumi up`, `refresh` or `destroy`, without a preview before. */
  async change(args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
    if (args[0] === "up") this.ups += 1;
    return this.pulumi([...args, "--yes", "--skip-preview"], options);
  }

  cancel(): Promise<Ended> {
    return this.pulumi(["cancel", "--yes"], {});
  }

  orphans(options: CommandOptions): Promise<Ended> {
    const main = join(this.folder, "node_modules/pulumi-payengine/dist/cli/main.js");
    const args = ["orphans", "--revoke", "--yes", "--stack", this.name];
    return this.keep(process.execPath, [main, ...args], options);
  }

  async state(): Promise<ChaosState> {
    const args = ["stack", "export", "--show-secrets", "--stack", this.name];
    const { exitCode, stdout, stderr } = await this.run(join(this.cli, "pulumi"), args, {});
    if (exitCode !== 0) throw new Error(`The state cannot be exported: ${stderr}`);
    const deployment: Deployment = JSON.parse(stdout).deployment;
    return {
      keys: keysOf(deployment),
      pending: (deployment.pending_operations ?? []).map(({ type, resource }) => `${type} ${resource.urn}`),
    };
  }

  private pulumi(args: readonly string[], options: CommandOptions): Promise<Ended> {
    const all = ["--non-interactive", "--color=never", ...args, "--stack", this.name];
    return this.keep(join(this.cli, "pulumi"), all, options);
  }

  private async keep(program: string, args: readonly string[], options: CommandOptions): Promise<Ended> {
    const ended = await this.run(program, args, options);
    this.said.push(ended);
    return ended;
  }

  private async run(program: string, args: readonly string[], options: CommandOptions): Promise<Ended> {
    const { later, env, onStart, by = [], clockMs = 0 } = options;
    const { NODE_OPTIONS, ...clock } = skewedClock(clockMs);
    const [command = program, ...before] = [...by, program];
    // By PayEngine's clock too, which determines the age of keys.
    if (later) await this.control.advanceClock(LATER_MS);
    return runProgram(command, [...before, ...args], {
      cwd: this.folder,
      env: {
        ...this.env,
        ...clock,
        NODE_OPTIONS: `${NODE_OPTIONS} --require ${join(__dirname, "../plugin-preload.cjs")}`,
        ...(later ? { PAYENGINE_TEST_LATER_MS: String(LATER_MS) } : {}),
        ...env,
      },
      limitMs: COMMAND_LIMIT_MS,
      ...(onStart && { onStart }),
    });
  }
}
