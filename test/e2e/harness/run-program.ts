import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** How a program ended. */
export interface Ended {
  readonly command: string;
  /** `null` after a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Whether the CLI says that its command failed: by 1, or by 255 in older releases. */
export function hasFailed({ exitCode }: Pick<Ended, "exitCode">): boolean {
  return exitCode === 1 || exitCode === 255;
}

export interface RunOptions {
  readonly cwd: string;
  /** The whole environment: the test's own is not inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly limitMs: number;
  /** Called once the program runs. */
  readonly onStart?: (pid: number) => void;
  /** Gets what the program writes on its error output, as it comes. */
  readonly onErrorOutput?: (text: string) => void;
}

/** Runs a program to its end with any exit code. Fails only if it takes too long or cannot start. */
export function runProgram(program: string, args: readonly string[], options: RunOptions): Promise<Ended> {
  const { cwd, env, stdin = "", limitMs, onStart, onErrorOutput } = options;
  const command = [program.split("/").at(-1), ...args].join(" ");
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      onErrorOutput?.(text);
    });
    // A program that ends without reading closes the pipe.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
    const limit = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${command} did not end within ${limitMs} ms. It said:\n${stdout}${stderr}`));
    }, limitMs);
    child.once("error", (error) => {
      clearTimeout(limit);
      reject(error);
    });
    const closed = new Promise<void>((close) => child.once("close", () => close()));
    child.once("exit", async (exitCode, signal) => {
      // A plugin that outlives a killed CLI could keep the pipes open.
      await Promise.race([closed, sleep(2_000, undefined, { ref: false })]);
      clearTimeout(limit);
      resolve({ command, exitCode: signal ? null : exitCode, stdout, stderr });
    });
    if (child.pid !== undefined) onStart?.(child.pid);
  });
}
