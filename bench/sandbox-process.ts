import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A sandbox in a separate process, so that its work is not measured. */
export interface SandboxProcess {
  readonly url: string;
  readonly adminKey: string;
  readonly controlUrl: string;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 20_000;

/** Starts a sandbox with an empty account, in memory. */
export async function startSandboxProcess(): Promise<SandboxProcess> {
  const main = join(__dirname, "../sandbox/bin/payengine-sandbox.js");
  const args = [main, "--json", "--control", "--port", "0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const exited = once(child, "exit");
  const started = once(createInterface({ input: child.stdout }), "line", {
    signal: AbortSignal.timeout(START_LIMIT_MS),
  });
  const ended = exited.then(() => {
    throw new Error("The sandbox ended before it was ready");
  });
  const [line] = await Promise.race([started, ended]);
  ended.catch(() => {});
  return {
    ...JSON.parse(line),
    async stop() {
      child.kill();
      await exited;
      process.off("exit", kill);
    },
  };
}
