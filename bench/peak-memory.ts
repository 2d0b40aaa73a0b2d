import { readFile } from "node:fs/promises";
import { processesIn } from "../test/e2e/harness/processes";

/** Peak resident memory in MiB; 0 if there was no such process. */
export interface Peaks {
  readonly program: number;
  readonly plugin: number;
}

/** Peak resident memory in MiB of a command, and of all processes that it runs at once. */
export interface CommandPeaks {
  readonly commandMiB: number;
  readonly cliMiB: number;
}

const LOOK_MS = 250;

/** Watches the program and the plugin that run in a folder, until it is stopped. */
export function watchPeaks(folder: string): { stop(): Peaks } {
  const peaks = { program: 0, plugin: 0 };
  const look = async () => {
    for (const { pid, command } of await processesIn(folder)) {
      const isPlugin = /node .*(dynamic-provider|plugin\.js )/.test(command);
      if (!isPlugin && !/node .*cmd\/run/.test(command)) continue;
      const name = isPlugin ? "plugin" : "program";
      peaks[name] = Math.max(peaks[name], await memoryOf(pid, "VmHWM"));
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return {
    stop() {
      clearInterval(timer);
      return { ...peaks };
    },
  };
}

/** Watches a command and its child processes, until it is stopped. */
export function watchCommand(pid: number): { stop(): CommandPeaks } {
  const peaks = { commandMiB: 0, cliMiB: 0 };
  const look = async () => {
    peaks.commandMiB = Math.max(peaks.commandMiB, await memoryOf(pid, "VmHWM"));
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
    const each = children
      .split(" ")
      .filter(Boolean)
      .map((child) => memoryOf(child, "VmRSS"));
    const all = (await Promise.all(each)).reduce((sum, one) => sum + one, 0);
    peaks.cliMiB = Math.max(peaks.cliMiB, all);
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return {
    stop() {
      clearInterval(timer);
      return { ...peaks };
    },
  };
}

/** In MiB; 0 if the process has ended. */
async function memoryOf(pid: number | string, field: "VmHWM" | "VmRSS"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(status)?.[1] ?? 0) / 1024;
}
