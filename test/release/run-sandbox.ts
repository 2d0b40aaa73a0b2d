import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Starts the sandbox by a command, on a free port. `stop` presses Ctrl-C, and gives back the exit code. */
export async function runSandbox(
  [program = "", ...args]: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ url: string; key: string; stop: () => Promise<number | null> }> {
  // A group of its own: a terminal sends Ctrl-C to the package manager and to what it has started.
  const child = spawn(program, [...args, "--json", "--port", "0"], {
    ...options,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit") as Promise<[number | null]>;
  const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), ended])) as [string];
  const { url, adminKey } = JSON.parse(line);
  const stop = async () => {
    process.kill(-(child.pid ?? 0), "SIGINT");
    const [code] = await ended;
    return code;
  };
  return { url, key: adminKey, stop };
}
