import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { until } from "../e2e/harness/processes";

export interface RunningSandbox {
  readonly url: string;
  /** The admin's private key. */
  readonly key: string;
  readonly stop: () => Promise<void>;
}

/** Starts the sandbox by a command, on a free port. `stop` presses Ctrl-C, and waits until nothing listens on the port. */
export async function runSandbox(
  [program = "", ...args]: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<RunningSandbox> {
  // A group of its own: a terminal sends Ctrl-C to the package manager and to what it has started.
  const child = spawn(program, [...args, "--json", "--port", "0"], {
    ...options,
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = once(child, "exit");
  const firstLine = once(createInterface(child.stdout), "line") as Promise<[string]>;
  const failed = ended.then(([code]) =>
    Promise.reject(new Error(`The sandbox ended with exit code ${code}`)),
  );
  failed.catch(() => {});
  const [line] = await Promise.race([firstLine, failed]);
  const { url, adminKey } = JSON.parse(line);
  const stop = async () => {
    process.kill(-(child.pid ?? 0), "SIGINT");
    await ended;
    // npm ends by the signal itself, maybe before the sandbox has ended.
    const isOver = () =>
      fetch(url).then(
        () => undefined,
        () => true,
      );
    await until("the sandbox stops", isOver, 10_000);
  };
  return { url, key: adminKey, stop };
}
