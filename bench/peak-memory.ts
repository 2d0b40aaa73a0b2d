import { readFile } from "node:fs/promises";
import { processesIn } from "../test/e2e/harness/processes";

/** Peak resident memory in MiB; 0 if there was no such process. */
export interface Peaks {
  readonly program: number;
  readonly plugin: number;
}

const LOOK_MS = 250;

/** Watches the program and the plugin that run in a folder, until it is stopped. */
export function watchPeaks(folder: string): { stop(): Peaks } {
  const peaks = { program: 0, plugin: 0 };
  const look = async () => {
    for (const { pid, command } of await processesIn(folder)) {
      const isPlugin = /node .*(dynamic-provider|plugin\.js )/.test(command);
      if (!isPlugin && !/node .*cmd\/run/.test(command)) continue;
      // The process may have ended.
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      const peak = Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
      const name = isPlugin ? "plugin" : "program";
      peaks[name] = Math.max(peaks[name], peak);
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
