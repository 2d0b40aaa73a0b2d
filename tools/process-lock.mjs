// @ts-check
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  link,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const POLL_MS = 200;
const REMIND_MS = 15_000;
/** After how long without a sign of life an owner counts as dead whose process cannot be seen from here. */
const DEAD_MS = 60_000;

/** @typedef {{ pid: number, started: string, processes?: string }} Owner `processes`: where the number counts */

/**
 * Runs `work` while no other process runs under the same lock folder. A lock whose owner has died, by
 * `kill -9` too, is taken over at once; one of another container, whose processes cannot be seen, or from before the
 * machine was started again, after a minute without a sign of life.
 *
 * The folder holds numbered claims; the highest number is the lock, free when its owner is dead or has
 * let go. Taking over means creating the next number, which the file system grants to one process only:
 * no process ever has to delete another's lock, which is where two could slip in.
 *
 * @template T
 * @param {string} folder made where it is missing
 * @param {{ what: string, log: (line: string) => void, limitMs: number, beatMs?: number }} options `what` is
 *   being waited for, as in "the build of Pulumi's CLI"; waiting fails after `limitMs`; the owner gives a sign of life
 *   every `beatMs`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withProcessLock(folder, { what, log, limitMs, beatMs = 5_000 }, work) {
  await mkdir(folder, { recursive: true });
  const claim = await acquire(folder, what, log, limitMs);
  const beat = setInterval(() => touch(claim), beatMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await writeClaim(folder, { pid: 0, started: "" }, (free) => rename(free, claim));
  }
}

/** @param {string} folder @param {string} what @param {(line: string) => void} log @param {number} limitMs */
async function acquire(folder, what, log, limitMs) {
  const began = Date.now();
  let remindAt = 0;
  for (;;) {
    const newest = Math.max(0, ...(await claimNumbers(folder)));
    const held = join(folder, String(newest));
    const owner = newest > 0 ? await readOwner(held) : undefined;
    if (owner && (await isAlive(owner, held))) {
      const waited = Date.now() - began;
      if (waited >= limitMs) {
        throw new Error(
          `Waited ${Math.round(limitMs / 1000)} s for ${what} by process ${owner.pid}. ` +
            `See what that process is doing, end it if it hangs, and run this again.`,
        );
      }
      if (waited >= remindAt) {
        log(`Waiting for ${what} by process ${owner.pid} (${Math.round(waited / 1000)} s)`);
        remindAt = waited + REMIND_MS;
      }
      await sleep(POLL_MS);
      continue;
    }
    const claim = join(folder, String(newest + 1));
    if (!(await tryClaim(folder, claim))) continue;
    const numbers = await claimNumbers(folder);
    if (Math.max(...numbers) > newest + 1) {
      // Others came and went since the first look, and removed older numbers: this one is no lock.
      await rm(claim, { force: true });
      continue;
    }
    await Promise.all(
      numbers.filter((n) => n <= newest).map((n) => rm(join(folder, String(n)), { force: true })),
    );
    return claim;
  }
}

/** @param {string} folder */
async function claimNumbers(folder) {
  return (await readdir(folder)).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** @param {string} claim @returns {Promise<Owner | undefined>} */
async function readOwner(claim) {
  const text = await readFile(claim, "utf8").catch(() => "");
  return text === "" ? undefined : JSON.parse(text);
}

/** @param {string} folder @param {string} claim */
async function tryClaim(folder, claim) {
  const owner = {
    pid: process.pid,
    started: (await startOf(process.pid)) ?? "",
    processes: await processSpace(),
  };
  return writeClaim(folder, owner, (file) =>
    link(file, claim).then(
      () => true,
      (error) => {
        if (error.code === "EEXIST") return false;
        throw error;
      },
    ),
  );
}

/**
 * Puts a claim in place whole: written under another name first, so that nobody reads half of it.
 *
 * @template T
 * @param {string} folder @param {Owner} owner @param {(file: string) => Promise<T>} place
 */
async function writeClaim(folder, owner, place) {
  const file = join(folder, `claim-${process.pid}-${randomBytes(4).toString("hex")}`);
  await writeFile(file, JSON.stringify(owner));
  try {
    return await place(file);
  } finally {
    await rm(file, { force: true });
  }
}

/** @param {Owner} owner @param {string} claim */
async function isAlive({ pid, started, processes }, claim) {
  if (pid === 0) return false;
  const here = await processSpace();
  // Claims of earlier versions don't say where their number counts.
  if ((processes ?? here) === here) return (await startOf(pid)) === started;
  const written = await stat(claim).catch(() => undefined);
  return written !== undefined && Date.now() - written.mtimeMs < DEAD_MS;
}

/**
 * What a process number is unique in: this start of this machine, and in it the container, where there is one.
 *
 * @returns {Promise<string>} "" where the system does not tell, as on macOS
 */
async function processSpace() {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return `${boot.trim()} ${namespace}`.trim();
}

/** @param {string} claim */
async function touch(claim) {
  const now = new Date();
  await utimes(claim, now, now).catch(() => {});
}

/**
 * When a process started, in whatever form the system tells it, so that a number given to a new process
 * isn't taken for the old one. A zombie counts as dead: containers without an init keep them for ever.
 *
 * @param {number} pid
 * @returns {Promise<string | undefined>} undefined: no such process
 */
async function startOf(pid) {
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
    // The second field is the program's name in brackets, which may hold anything.
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields && !"ZX".includes(fields[0] ?? "") ? fields[19] : undefined;
  }
  const ps = promisify(execFile)("ps", ["-o", "stat=", "-o", "lstart=", "-p", String(pid)], {
    env: { ...process.env, LC_ALL: "C" },
    timeout: 10_000,
  });
  const line = (await ps.catch(() => ({ stdout: "" }))).stdout.trim();
  return line === "" || line.startsWith("Z") ? undefined : line.replace(/^\S+\s+/, "");
}
