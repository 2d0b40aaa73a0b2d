import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentOf } from "../test/chaos/prepare";
import { NATIVE_MODULE, pluginSettings } from "../test/e2e/harness/native-face";
import { kill, processesIn } from "../test/e2e/harness/processes";
import { type Ended, runProgram } from "../test/e2e/harness/run-program";
import { type CommandUse, type Peaks, watchCommand, watchPeaks } from "./peak-memory";

/**
 * This provider, its native plugin, a floor with equal state that sends no requests, and a simple provider as a user
 * might write it.
 */
export const SUBJECTS = ["payengine", "native", "floor", "hand-written"] as const;
export type Subject = (typeof SUBJECTS)[number];

/** The input that the programs read. */
export interface Keys {
  readonly count: number;
  readonly rotating: boolean;
  /** Another number rotates the keys. */
  readonly trigger: number;
}

/** The result of one command. */
export interface Timed {
  readonly seconds: number;
  /** Resident memory at its peak, in MiB. */
  readonly peaks: Peaks;
}

/** Longer than any command of a benchmark takes. */
const LIMIT_MS = 30 * 60_000;

/** One project with one stack, in a file backend. */
export class BenchStack {
  private constructor(
    readonly folder: string,
    private readonly cli: string,
    private readonly env: Record<string, string>,
  ) {}

  /** @param packages the folder of the installed packages. */
  static async create(
    subject: Subject,
    where: { readonly cli: string; readonly packages: string },
    payengine: { readonly url: string; readonly adminKey: string },
  ): Promise<BenchStack> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), "payengine-bench-")));
    for (const name of ["tmp", "home", "backend", "node_modules"]) await mkdir(join(folder, name));
    for (const name of await readdir(where.packages))
      await symlink(join(where.packages, name), join(folder, "node_modules", name));
    const program = join(__dirname, "programs", subject);
    await cp(join(program, "index.js"), join(folder, "index.js"));
    if (subject === "native") await writeFile(join(folder, "payengine.cjs"), NATIVE_MODULE);
    if (subject === "floor")
      await cp(join(program, "payengine-floor"), join(folder, "node_modules/payengine-floor"), {
        recursive: true,
      });
    const runtime = "runtime:\n  name: nodejs\n  options: { typescript: false }\n";
    const plugins = subject === "native" ? pluginSettings() : "";
    await writeFile(join(folder, "Pulumi.yaml"), `name: shop\n${runtime}${plugins}`);
    await writeFile(
      join(folder, "package.json"),
      '{ "name": "shop", "private": true, "main": "index.js" }\n',
    );
    const stack = new BenchStack(folder, where.cli, {
      ...environmentOf(folder, where.cli),
      PAYENGINE_API_URL: payengine.url,
      PAYENGINE_API_KEY: payengine.adminKey,
    });
    await stack.run(["stack", "init", "dev"]);
    return stack;
  }

  async write(keys: Keys): Promise<void> {
    await writeFile(join(this.folder, "keys.json"), JSON.stringify(keys));
  }

  /** Runs one command of the CLI. @throws Error where it fails. */
  async run(args: readonly string[]): Promise<Timed> {
    const watch = watchPeaks(this.folder);
    const started = performance.now();
    const ended = await runProgram(
      join(this.cli, "pulumi"),
      ["--non-interactive", "--color=never", ...args],
      {
        cwd: this.folder,
        env: this.env,
        limitMs: LIMIT_MS,
      },
    );
    const seconds = (performance.now() - started) / 1000;
    const peaks = watch.stop();
    if (ended.exitCode !== 0) throw new Error(`${ended.command} failed:\n${ended.stdout}${ended.stderr}`);
    return { seconds, peaks };
  }

  /** Runs one command of `pulumi-payengine`, with any exit code. */
  async payengine(
    args: readonly string[],
    stdin = "",
  ): Promise<Ended & { readonly seconds: number; readonly use: CommandUse }> {
    const main = join(this.folder, "node_modules/pulumi-payengine/dist/cli/main.js");
    let watch: ReturnType<typeof watchCommand> | undefined;
    const started = performance.now();
    const ended = await runProgram(process.execPath, [main, ...args], {
      cwd: this.folder,
      env: this.env,
      stdin,
      limitMs: LIMIT_MS,
      onStart: (pid) => {
        watch = watchCommand(pid);
      },
    });
    const seconds = (performance.now() - started) / 1000;
    if (watch === undefined) throw new Error(`${ended.command} did not start`);
    return { ...ended, seconds, use: watch.stop() };
  }

  /** The backend's file with the state of a stack. */
  stateFile(stack: string): string {
    return join(this.folder, `backend/.pulumi/stacks/shop/${stack}.json`);
  }

  /** Size of the state's file, and of the text in it that names the provider, in bytes. */
  async sizes(): Promise<{ state: number; provider: number }> {
    const text = await readFile(this.stateFile("dev"), "utf8");
    const [, quoted = ""] = /"__provider": ?("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
    return { state: Buffer.byteLength(text), provider: Buffer.byteLength(quoted) };
  }

  /** Removes everything, and what still runs in it. */
  async remove(): Promise<void> {
    for (const { pid } of await processesIn(this.folder)) kill(pid);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
