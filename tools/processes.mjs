// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ownGroup, signalTree, startable } from "./platform.mjs";

// `npm start` and `npm test` run this before any package is installed, so it imports none.

/**
 * @typedef {import("node:child_process").ChildProcess} ChildProcess
 * @typedef {import("node:child_process").SpawnOptions & { limitMs: number }} RunOptions
 */

const PROGRESS_MS = 5_000;
const KILL_MS = 5_000;
/** Number of lines shown of a failed step: this many of the first and this many of the last. */
const SHOWN_LINES = 12;

/** @type {Set<ChildProcess>} */
const running = new Set();
let ending = false;

/**
 * On a signal, ends the child processes, then this process.
 *
 * @param {object} [options]
 * @param {() => Promise<void>} [options.cleanUp] runs in between
 * @param {() => number} [options.exitCode] default: 130
 * @param {number} [options.graceMs] how long the children may take: a `pulumi up` finishes its current key
 */
export function endOnSignals({ cleanUp = async () => {}, exitCode = () => 130, graceMs = 10_000 } = {}) {
  const end = async () => {
    if (ending) return;
    ending = true;
    const children = [...running];
    if (children.length > 0) console.error(`\nStopping (takes up to ${graceMs / 1000} s)`);
    for (const child of children) signalGroup(child, "SIGINT");
    const closed = Promise.all(children.map((child) => once(child, "close")));
    await Promise.race([closed, sleep(graceMs)]);
    // Includes children that have ended, because their group may still have processes.
    for (const child of children) signalGroup(child, "SIGKILL");
    await cleanUp().catch((error) => console.error(error.message));
    process.exit(exitCode());
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);
}

/** Whether a signal has arrived, which explains later failures. */
export function isEnding() {
  return ending;
}

/** Signals a process and its children. @param {ChildProcess} child @param {NodeJS.Signals} signal */
function signalGroup({ pid }, signal) {
  try {
    if (pid !== undefined) signalTree(pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") throw error;
  }
}

/**
 * Runs a command in a separate process group, until it ends or its limit is over. In this group, Ctrl-C in a terminal would
 * reach it in addition to the signal from here, and Pulumi aborts at a second signal.
 *
 * @param {string} command @param {string[]} args @param {RunOptions} options
 * @param {(child: ChildProcess) => void} [onStart]
 * @returns {Promise<string | undefined>} how it failed, such as "ended with exit code 1"
 */
export async function run(command, args, { limitMs, ...options }, onStart = () => {}) {
  const began = Date.now();
  const child = spawn(...startable(command, args), { ...options, ...ownGroup() });
  running.add(child);
  if (ending) signalGroup(child, "SIGKILL");
  onStart(child);
  /** @type {NodeJS.Timeout | undefined} */
  let limit;
  try {
    return await new Promise((resolve) => {
      child.once("error", (error) => resolve(`could not be started: ${error.message}`));
      child.once("close", (code, signal) => {
        resolve(code === 0 ? undefined : signal ? `was ended by ${signal}` : `ended with exit code ${code}`);
      });
      limit = setTimeout(() => {
        signalGroup(child, "SIGTERM");
        setTimeout(() => signalGroup(child, "SIGKILL"), KILL_MS).unref();
        // A process that left the group may keep the pipes open.
        for (const stream of [child.stdout, child.stderr]) stream?.destroy();
        child.unref();
        resolve(`was ended after ${secondsSince(began)} s, the limit`);
      }, limitMs);
    });
  } finally {
    clearTimeout(limit);
    running.delete(child);
  }
}

/**
 * Runs a command and returns its output, without trailing white space.
 *
 * @param {string} command @param {string[]} args
 * @param {RunOptions & { input?: string }} options pass a secret as `input`: the process list shows arguments
 * @returns {Promise<string>} rejects with its standard error
 */
export async function outputOf(command, args, { input = "", ...options }) {
  const printed = { stdout: "", stderr: "" };
  const failure = await run(command, args, { ...options, stdio: "pipe" }, (child) => {
    for (const name of /** @type {const} */ (["stdout", "stderr"])) {
      child[name]?.setEncoding("utf8").on("data", (text) => {
        printed[name] += text;
      });
    }
    // A command that ends without reading its input reports the reason itself.
    child.stdin?.on("error", () => {}).end(input);
  });
  if (failure === undefined) return printed.stdout.trimEnd();
  throw new Error(`\`${command} ${args[0]}\` ${failure}.\n${printed.stderr}`);
}

/**
 * Runs a command that may take long. Logs a line at the start and every five seconds, and its output only if it fails.
 *
 * @param {string} command @param {string[]} args
 * @param {RunOptions & Step} options
 * @returns {Promise<void>} rejects with the first and last lines that the command printed
 *
 * @typedef {object} Step
 * @property {string} title name of the step, such as "Installing the npm packages"
 * @property {(line: string) => void} log
 * @property {(line: string) => boolean} [isProgress] called with each printed line; the error omits lines of progress
 */
export async function runStep(command, args, { title, log, isProgress, ...options }) {
  log(title);
  const began = Date.now();
  const ticker = setInterval(() => log(`${title}: ${secondsSince(began)} s`), PROGRESS_MS);
  /** @type {string[]} */
  const lines = [];
  /** @param {string} line */
  const note = (line) => isProgress?.(line) || lines.push(line);
  // Writes to standard error, because some scripts return a result on standard output.
  const failure = await run(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] }, (child) => {
    for (const input of [child.stdout, child.stderr]) if (input) createInterface({ input }).on("line", note);
  }).finally(() => clearInterval(ticker));
  if (failure === undefined) return;
  // npm prints the reason first, compilers print it last.
  const left = lines.length - 2 * SHOWN_LINES;
  if (left > 0) lines.splice(SHOWN_LINES, left, `… ${left} lines omitted …`);
  const output = lines.map((line) => `\n  ${line}`).join("");
  throw new Error(`${title} failed: \`${command} ${args[0]}\` ${failure}.${output}`);
}

/**
 * Runs `main` and prints its result if Node was started with this module.
 *
 * @param {string} url of the module @param {() => Promise<string | void>} main
 */
export async function runAsCommand(url, main) {
  const [, started] = process.argv;
  if (!started || realpathSync(started) !== realpathSync(fileURLToPath(url))) return;
  endOnSignals();
  try {
    const answer = await main();
    if (answer) console.log(answer);
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    process.exitCode = 1;
  }
}

/** @param {number} began */
function secondsSince(began) {
  return Math.round((Date.now() - began) / 1000);
}
