import { readFile } from "node:fs/promises";
import { processesIn } from "../test/e2e/harness/processes";

/** Peak resident memory in MiB; 0 if there was no such process. */
export interface Peaks {
  readonly program: number;
  readonly plugin: number;
}

/** What a command uses, with the processes that it runs. */
export interface CommandUse {
  /** Its peak resident memory. */
  readonly commandMiB: number;
  /** The peak of the resident memory of all processes that it runs at once. */
  readonly cliMiB: number;
  /** Processor time of all of them. On a busy machine, a command waits for the rest of its seconds. */
  readonly cpuSeconds: number;
}

const LOOK_MS = 250;
/** The unit of /proc on Linux. */
const TICKS_PER_SECOND = 100;

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
export function watchCommand(pid: number): { stop(): CommandUse } {
  const use = { commandMiB: 0, cliMiB: 0, cpuSeconds: 0 };
  const look = async () => {
    use.commandMiB = Math.max(use.commandMiB, await memoryOf(pid, "VmHWM"));
    use.cpuSeconds = Math.max(use.cpuSeconds, await cpuSecondsOf(pid));
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
    const each = children
      .split(" ")
      .filter(Boolean)
      .map((child) => memoryOf(child, "VmRSS"));
    const all = (await Promise.all(each)).reduce((sum, one) => sum + one, 0);
    use.cliMiB = Math.max(use.cliMiB, all);
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return {
    stop() {
      clearInterval(timer);
      return { ...use };
    },
  };
}

/** In MiB; 0 if the process has ended. */
async function memoryOf(pid: number | string, field: "VmHWM" | "VmRSS"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(status)?.[1] ?? 0) / 1024;
}

/** Of the process and of its children that have ended; 0 if it has ended itself. */
async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // After the name, which may have spaces: the fields from the third on.
  const ticks = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15)
    .map(Number);
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
}
