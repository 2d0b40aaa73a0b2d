// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** @typedef {import("node:child_process").ChildProcess} ChildProcess */

const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** @type {Set<ChildProcess>} */
const running = new Set();
let ending = false;

/**
 * Notes a process that was started with `detached: true`, and so with a group of its own, as one that ends with this
 * process. Without that group, Ctrl-C in a terminal would reach it too, besides the signal that it gets from here; and
 * Pulumi takes a second one as an order to drop everything.
 *
 * @template {ChildProcess} Child
 * @param {Child} child
 * @returns {Child}
 */
export function owned(child) {
  running.add(child);
  for (const event of ["close", "error"]) child.once(event, () => running.delete(child));
  if (ending) signalGroup(child, "SIGKILL");
  return child;
}

/**
 * Signals a process and all that it has started, but for what has a group of its own again.
 *
 * @param {ChildProcess} child @param {NodeJS.Signals} signal
 */
export function signalGroup({ pid }, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") throw error;
  }
}

/**
 * Has a signal end what this process has started, then this process.
 *
 * @param {object} [options]
 * @param {() => Promise<void>} [options.cleanUp] comes in between
 * @param {() => number} [options.exitCode] 130 by default
 * @param {number} [options.graceMs] how long they have for it: a `pulumi up` finishes the key that it is making
 */
export function endOnSignals({ cleanUp = async () => {}, exitCode = () => 130, graceMs = 10_000 } = {}) {
  for (const signal of SIGNALS) {
    process.on(signal, async () => {
      if (ending) return;
      ending = true;
      await endRunning(graceMs);
      await cleanUp().catch((error) => console.error(error.message));
      process.exit(exitCode());
    });
  }
}

/** Whether a signal has come: what fails from then on fails because of it. */
export function isEnding() {
  return ending;
}

/** @param {number} graceMs */
async function endRunning(graceMs) {
  const children = [...running];
  if (children.length > 0) console.error(`\nStopping, in ${graceMs / 1000} s at most`);
  for (const child of children) signalGroup(child, "SIGINT");
  const closed = Promise.all(children.map((child) => once(child, "close")));
  await Promise.race([closed, sleep(graceMs)]);
  // Those that have ended, too: something of their group may be left.
  for (const child of children) signalGroup(child, "SIGKILL");
}

/**
 * Runs a command and gives back what it prints, without white space at its end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ limitMs: number, cwd?: string, env?: NodeJS.ProcessEnv, input?: string }} options a secret goes by `input`:
 *   arguments can be seen in the list of processes
 * @returns {Promise<string>} fails with what it says on standard error
 */
export async function outputOf(command, args, { limitMs, input = "", ...options }) {
  const child = owned(spawn(command, args, { ...options, detached: true }));
  const limit = setTimeout(() => signalGroup(child, "SIGKILL"), limitMs);
  const printed = { stdout: "", stderr: "" };
  for (const name of /** @type {const} */ (["stdout", "stderr"])) {
    child[name].setEncoding("utf8").on("data", (text) => {
      printed[name] += text;
    });
  }
  // A command that ends without reading its input says itself what is wrong.
  child.stdin.on("error", () => {}).end(input);
  const [code, signal] = await once(child, "close").finally(() => clearTimeout(limit));
  if (code === 0) return printed.stdout.trimEnd();
  throw new Error(
    `\`${command} ${args[0]}\` ended with ${signal ?? `exit code ${code}`}.\n${printed.stderr}`,
  );
}
