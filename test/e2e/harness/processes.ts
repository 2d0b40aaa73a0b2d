import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** A process and what it was started as. */
export interface Process {
  readonly pid: number;
  readonly command: string;
}

/** The processes that work in a folder or below it. */
export async function processesIn(folder: string): Promise<Process[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      // A process may end between two looks at it.
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "");
      if (cwd !== folder && !cwd.startsWith(`${folder}/`)) return [];
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      // A zombie has no command any more.
      return command === "" ? [] : [{ pid, command: command.replaceAll("\0", " ").trim() }];
    }),
  );
  return found.flat();
}

/** Waits until a question is answered, and fails with `what` when the limit is over. */
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

/** Stops whatever still works in a folder, and says what that was. */
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

/** The processes of Pulumi's dynamic provider that work in a folder. */
export function pluginsIn(folder: string): Promise<number[]> {
  return thoseOf(folder, /^\S*node .*dynamic-provider/);
}

/** The processes that clear up after a killed plugin. */
export function watchdogsIn(folder: string): Promise<number[]> {
  return thoseOf(folder, /watchdog/);
}

async function thoseOf(folder: string, pattern: RegExp): Promise<number[]> {
  return (await processesIn(folder)).filter(({ command }) => pattern.test(command)).map(({ pid }) => pid);
}
