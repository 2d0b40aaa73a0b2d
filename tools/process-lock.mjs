// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 200;
const REMIND_MS = 15_000;
/** Holds a lock until its standard input closes, which happens when this process ends. */
const HOLD = ["sh", "-c", "echo; exec cat"];
const PROGRAM = process.platform === "darwin" ? ["lockf", "-k", "-t", "0"] : ["flock", "-n"];

/**
 * Runs `work` under a lock. The kernel holds the lock (`flock` of util-linux) and frees it when its owner ends, even by
 * `kill -9`. It also works between containers that share the folder.
 *
 * @template T
 * @param {string} folder of the lock; created if missing
 * @param {{ what: string, log: (line: string) => void, limitMs: number }} options `what` names the work, such as "the build
 *   of Pulumi's CLI"; waiting fails after `limitMs`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProcessLock(folder, { what, log, limitMs }, work) {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "owner");
  const began = Date.now();
  let remindAt = 0;
  for (;;) {
    const release = await take(file, log);
    if (release) {
      await writeFile(file, String(process.pid));
      return await work().finally(release);
    }
    const owner = await readFile(file, "utf8");
    const waited = Date.now() - began;
    if (waited >= limitMs)
      throw new Error(
        `Waited ${Math.round(limitMs / 1000)} s for ${what} by process ${owner}. ` +
          `If that process hangs, end it and run this again.`,
      );
    if (waited >= remindAt) {
      log(`Waiting for ${what} by process ${owner} (${Math.round(waited / 1000)} s)`);
      remindAt = waited + REMIND_MS;
    }
    await sleep(POLL_MS);
  }
}

/**
 * @param {string} file @param {(line: string) => void} log
 * @returns {Promise<(() => Promise<void>) | undefined>} a function that releases it; undefined if another process has it
 */
async function take(file, log) {
  const [program = "", ...args] = [...PROGRAM, file, ...HOLD];
  const env = { PATH: `/usr/bin:/bin:${process.env.PATH}` };
  // In a separate process group: Ctrl-C in a terminal must not free the lock before the work ends.
  const holder = spawn(program, args, { env, stdio: ["pipe", "pipe", "inherit"], detached: true });
  const closed = once(holder, "close").then(
    () => "busy",
    () => "missing",
  );
  const outcome = await Promise.race([once(holder.stdout, "data").then(() => "held"), closed]);
  if (outcome === "busy") return undefined;
  if (outcome === "missing") log(`${program} is not installed, so do not run two of these at the same time`);
  return async () => {
    holder.stdin.end();
    await closed;
  };
}
