import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** A process and its command line. */
export interface Process {
  readonly pid: number;
  readonly command: string;
}

/** The processes whose working folder is in this folder. Linux has /proc, macOS `lsof`; Windows has neither. */
export async function processesIn(folder: string, platform = process.platform): Promise<Process[]> {
  const all = platform === "linux" ? await processesOfLinux() : await processesByLsof();
  const found = await Promise.all(
    all.map(async ({ pid, cwd, command }) => {
      if (cwd !== folder && !cwd.startsWith(`${folder}/`)) return [];
      const shown = await command();
      // A zombie has no command any more.
      return shown === "" ? [] : [{ pid, command: shown }];
    }),
  );
  return found.flat();
}

interface Found {
  readonly pid: number;
  readonly cwd: string;
  readonly command: () => Promise<string>;
}

/** A process may end between two looks at it. */
async function processesOfLinux(): Promise<Found[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  return Promise.all(
    pids.map(async (pid) => ({
      pid,
      cwd: await readlink(`/proc/${pid}/cwd`).catch(() => ""),
      async command() {
        const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
        return words.replaceAll("\0", " ").trim();
      },
    })),
  );
}

const run = promisify(execFile);

/** Its lines are `p` with a process and then `n` with the name of a file: here the working folder. */
async function processesByLsof(): Promise<Found[]> {
  const listed = run("lsof", ["-w", "-a", "-d", "cwd", "-F", "pn"], { maxBuffer: 64 * 1024 * 1024 });
  // It also fails where some process is hidden from it.
  const { stdout } = await listed.catch((error: { stdout?: string }) => {
    if (!error.stdout) throw error;
    return { stdout: error.stdout };
  });
  return [...stdout.matchAll(/^p(\d+)\n(?:f.*\n)?n(.*)$/gm)].map(([, pid, cwd = ""]) => ({
    pid: Number(pid),
    cwd,
    async command() {
      const shown = await run("ps", ["-o", "command=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
      return shown.stdout.includes("<defunct>") ? "" : shown.stdout.trim();
    },
  }));
}

/** Waits until a condition holds, and fails with `what` after the limit. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  limitMs = 60_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`Waited ${limitMs} ms in vain until ${what}`);
    await sleep(50);
  }
}

/** Stops every process that still runs in a folder, and returns them. */
export async function stopLeftovers(folder: string): Promise<Process[]> {
  let left: Process[] = [];
  const ended = until(`the processes in ${folder} ended`, async () => {
    left = await processesIn(folder);
    return left.length === 0 ? true : undefined;
  });
  await ended.catch(() => {
    for (const { pid } of left) kill(pid);
  });
  return left;
}

/** Kills a process, which may have ended meanwhile. @returns whether it had not. */
export function kill(pid: number, signal: NodeJS.Signals = "SIGKILL"): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** The plugin processes that work in a folder: Pulumi's for dynamic providers, and the native one. */
export function pluginsIn(folder: string): Promise<number[]> {
  return thoseOf(folder, /^\S*node .*(dynamic-provider|plugin\.js )/);
}

/** The watchdog processes. */
export function watchdogsIn(folder: string): Promise<number[]> {
  return thoseOf(folder, /watchdog/);
}

async function thoseOf(folder: string, pattern: RegExp): Promise<number[]> {
  return (await processesIn(folder)).filter(({ command }) => pattern.test(command)).map(({ pid }) => pid);
}
