// @ts-check
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { owned, signalGroup } from "./child-processes.mjs";

const PROGRESS_MS = 5_000;
// npm says what is wrong first, compilers say it last.
const FIRST_LINES = 12;
const LAST_LINES = 12;

/**
 * Runs a command that may take long: a log line at its start and every five seconds, its own output only
 * when it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} options
 * @param {string} options.title what is being done, as in "Installing the npm packages"
 * @param {(line: string) => void} options.log
 * @param {number} options.limitMs the command is ended after this
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {(line: string) => boolean} [options.isProgress] gets each line the command prints; what is mere
 *   progress is left out of the error
 * @param {() => string} [options.status] what to add to a progress line
 * @returns {Promise<void>} fails with the first and last lines the command printed
 */
export function runStep(command, args, { title, log, limitMs, cwd, env, isProgress, status }) {
  log(title);
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  /** @type {string[]} */
  const firstLines = [];
  /** @type {string[]} */
  const lastLines = [];
  let left = 0;

  return new Promise((resolve, reject) => {
    // Standard output is kept out of the way of scripts whose own standard output is an answer.
    const child = owned(
      spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true }),
    );
    const readers = [child.stdout, child.stderr].map((input) => createInterface({ input }));
    for (const reader of readers) {
      reader.on("line", (line) => {
        if (isProgress?.(line)) return;
        if (firstLines.length < FIRST_LINES) return firstLines.push(line);
        lastLines.push(line);
        if (lastLines.length <= LAST_LINES) return;
        lastLines.shift();
        left += 1;
      });
    }
    const ticker = setInterval(() => {
      const detail = status?.();
      log(`${title}: ${seconds()} s${detail ? `, ${detail}` : ""}`);
    }, PROGRESS_MS);

    /** @param {string} [failure] */
    const finish = (failure) => {
      clearInterval(ticker);
      clearTimeout(limit);
      if (failure === undefined) return resolve();
      const said = [...firstLines, ...(left > 0 ? [`… ${left} lines left out …`] : []), ...lastLines];
      const output = said.map((line) => `\n  ${line}`).join("");
      reject(new Error(`${title} failed: \`${command} ${args[0]}\` ${failure}.${output}`));
    };
    const limit = setTimeout(() => {
      signalGroup(child, "SIGTERM");
      setTimeout(() => signalGroup(child, "SIGKILL"), 5_000).unref();
      // Something that left the group may hold the pipes open for as long as it likes.
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
      finish(`was ended after ${seconds()} s, the limit`);
    }, limitMs);
    child.once("error", (error) => finish(`could not be started: ${error.message}`));
    child.once("close", (code, signal) => {
      finish(code === 0 ? undefined : signal ? `was ended by ${signal}` : `ended with exit code ${code}`);
    });
  });
}
