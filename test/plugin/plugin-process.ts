import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, openSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { processesIn, until } from "../e2e/harness/processes";
import { FakeEngine } from "../fake-engine";
import { PluginClient } from "./plugin-client";

const REPOSITORY = join(__dirname, "..", "..");
const DYNAMIC = join(REPOSITORY, "node_modules/@pulumi/pulumi/cmd/dynamic-provider");

/** A Pulumi project's folder in which `pulumi-payengine` is installed as built. */
export class ProjectFolder {
  readonly path: string;

  constructor() {
    if (!existsSync(join(REPOSITORY, "dist/provider/index.js"))) {
      throw new Error("The plugin's tests run the built package: run `npx tsc --build` first");
    }
    this.path = realpathSync(mkdtempSync(join(tmpdir(), "payengine-plugin-")));
    mkdirSync(join(this.path, "node_modules"));
    symlinkSync(REPOSITORY, join(this.path, "node_modules/pulumi-payengine"));
    symlinkSync(join(REPOSITORY, "node_modules/@pulumi"), join(this.path, "node_modules/@pulumi"));
  }

  /** Command lines of the processes that run in it. */
  async processes(): Promise<string[]> {
    return (await processesIn(this.path)).map(({ command }) => command);
  }

  /** Resolves once no process works in it any more. */
  async idle(): Promise<void> {
    await until("all processes have ended", async () => (await this.processes()).length === 0 || undefined);
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

/** Pulumi's own plugin process, as its engine would start it. */
export class PluginProcess {
  private errorOutput = "";
  private readonly closed: Promise<unknown>;

  private constructor(
    private readonly child: ChildProcessByStdio<null, Readable, Readable | null>,
    readonly engine: FakeEngine,
    /** Where it serves. */
    readonly address: string,
    readonly rpc: PluginClient,
  ) {
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.errorOutput += text;
    });
    this.closed = once(child, "close");
  }

  /**
   * @param stderr a file descriptor for what it writes there. Default: it is collected.
   * @param program what runs. Default: Pulumi's plugin for dynamic providers.
   */
  static async start(
    folder: ProjectFolder,
    env: NodeJS.ProcessEnv = {},
    stderr: "pipe" | number = "pipe",
    program: readonly [string, ...string[]] = [process.execPath, DYNAMIC],
  ): Promise<PluginProcess> {
    const engine = new FakeEngine();
    const [command, ...args] = program;
    const child = spawn(command, [...args, await engine.listen()], {
      cwd: folder.path,
      env: { ...withoutPulumi(process.env), ...env },
      stdio: ["ignore", "pipe", stderr],
    }) as ChildProcessByStdio<null, Readable, Readable | null>;
    const [port] = await once(createInterface(child.stdout), "line");
    const address = `127.0.0.1:${port}`;
    return new PluginProcess(child, engine, address, new PluginClient(address));
  }

  /** What the process wrote to stderr, which the engine shows to the user; all of it once the process has ended. */
  get stderr(): string {
    return this.errorOutput;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves with the exit code once the process has ended and its output is closed, like the engine's wait. */
  async ended(): Promise<number | null> {
    await this.closed;
    return this.child.exitCode;
  }

  async stop(): Promise<void> {
    this.rpc.close();
    this.child.kill("SIGTERM");
    await this.ended();
    this.engine.kill();
  }
}

/** A pipe as the engine's, not a socket as Node makes them: the end to write to, and its reader. */
export function pipeToReader({ path: folder }: ProjectFolder) {
  const path = join(folder, "stderr");
  execFileSync("mkfifo", [path]);
  const reader = spawn("cat", [path], { stdio: "ignore" });
  const end = openSync(path, "w");
  rmSync(path);
  return { reader, end };
}

/** Variables of a developer's shell must not reach the plugin. */
function withoutPulumi(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(PULUMI_|PAYENGINE_)/.test(name)));
}
