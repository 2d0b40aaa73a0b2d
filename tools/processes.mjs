// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ownGroup, signalTree, startable } from "./platform.mjs";

// `npm start` and `npm test` run this before any package is installed: it imports none.

/**
 * @typedef {import("node:child_process").ChildProcess} ChildProcess
 * @typedef {import("node:child_process").SpawnOptions & { limitMs: number }} RunOptions
 */

const PROGRESS_MS = 5_000;
const KILL_MS = 5_000;
/** How many lines of a failed step are shown, both of its first ones and of its last. */
const SHOWN_LINES = 12;

/** @type {Set<ChildProcess>} */
const running = new Set();
let ending = false;

/**
 * Has a signal end what this process has started, then this process.
 *
 * @param {object} [options]
 * @param {() => Promise<void>} [options.cleanUp] comes in between
 * @param {() => number} [options.exitCode] 130 by default
 * @param {number} [options.graceMs] how long they have for it: a `pulumi up` finishes the key that it is making
 */
export function endOnSignals({ cleanUp = async () => {}, exitCode = () => 130, graceMs = 10_000 } = {}) {
  const end = async () => {
    if (ending) return;
    ending = true;
    const children = [...running];
    if (children.length > 0) console.error(`\nStopping, in ${graceMs / 1000} s at most`);
    for (const child of children) signalGroup(child, "SIGINT");
    const closed = Promise.all(children.map((child) => once(child, "close")));
    await Promise.race([closed, sleep(graceMs)]);
    // Those that have ended, too: something of their group may be left.
    for (const child of children) signalGroup(child, "SIGKILL");
    await cleanUp().catch((error) => console.error(error.message));
    process.exit(exitCode());
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);
}

/** Whether a signal has come: what fails from then on fails because of it. */
export function isEnding() {
  return ending;
}

/** Signals a process and what it has started. @param {ChildProcess} child @param {NodeJS.Signals} signal */
function signalGroup({ pid }, signal) {
  try {
    if (pid !== undefined) signalTree(pid, signal);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") throw error;
  }
}

/**
 * Runs a command in a process group of its own, to its end or its limit. Without that group, Ctrl-C in a terminal would
 * reach it too, besides the signal that it gets from here; and Pulumi takes a second one as an order to drop everything.
 *
 * @param {string} command @param {string[]} args @param {RunOptions} options
 * @param {(child: ChildProcess) => void} [onStart]
 * @returns {Promise<string | undefined>} how it failed, as in "ended with exit code 1"
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
        // Something that left the group may hold the pipes open for as long as it likes.
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
 * Runs a command and gives back what it prints, without white space at its end.
 *
 * @param {string} command @param {string[]} args
 * @param {RunOptions & { input?: string }} options a secret goes by `input`: arguments can be seen in the list of processes
 * @returns {Promise<string>} fails with what it says on standard error
 */
export async function outputOf(command, args, { input = "", ...options }) {
  const printed = { stdout: "", stderr: "" };
  const failure = await run(command, args, { ...options, stdio: "pipe" }, (child) => {
    for (const name of /** @type {const} */ (["stdout", "stderr"])) {
      child[name]?.setEncoding("utf8").on("data", (text) => {
        printed[name] += text;
      });
    }
    // A command that ends without reading its input says itself what is wrong.
    child.stdin?.on("error", () => {}).end(input);
  });
  if (failure === undefined) return printed.stdout.trimEnd();
  throw new Error(`\`${command} ${args[0]}\` ${failure}.\n${printed.stderr}`);
}

/**
 * Runs a command that may take long: a log line at its start and every five seconds, its own output only when it fails.
 *
 * @param {string} command @param {string[]} args
 * @param {RunOptions & Step} options
 * @returns {Promise<void>} fails with the first and last lines the command printed
 *
 * @typedef {object} Step
 * @property {string} title what is being done, as in "Installing the npm packages"
 * @property {(line: string) => void} log
 * @property {(line: string) => boolean} [isProgress] gets each line the command prints; what is mere progress is left
 *   out of the error
 */
export async function runStep(command, args, { title, log, isProgress, ...options }) {
  log(title);
  const began = Date.now();
  const ticker = setInterval(() => log(`${title}: ${secondsSince(began)} s`), PROGRESS_MS);
  /** @type {string[]} */
  const lines = [];
  /** @param {string} line */
  const note = (line) => isProgress?.(line) || lines.push(line);
  // Standard output is kept out of the way of scripts whose own standard output is an answer.
  const failure = await run(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] }, (child) => {
    for (const input of [child.stdout, child.stderr]) if (input) createInterface({ input }).on("line", note);
  }).finally(() => clearInterval(ticker));
  if (failure === undefined) return;
  // npm says what is wrong first, compilers say it last.
  const left = lines.length - 2 * SHOWN_LINES;
  if (left > 0) lines.splice(SHOWN_LINES, left, `… ${left} lines left out …`);
  const output = lines.map((line) => `\n  ${line}`).join("");
  throw new Error(`${title} failed: \`${command} ${args[0]}\` ${failure}.${output}`);
}

/**
 * Where a module is what Node was started with: runs it as a command, which prints what `main` gives back.
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
