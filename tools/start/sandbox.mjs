// @ts-check
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The sandbox gives running calls three seconds. */
const STOP_MS = 5_000;

/**
 * Starts the sandbox as a separate process on a free port.
 *
 * @param {{ repository: string, folder: string, limitMs?: number }} options `limitMs`: time limit for the start
 */
export async function startSandboxProcess({ repository, folder, limitMs = 20_000 }) {
  const main = join(repository, "sandbox/bin/payengine-sandbox.js");
  const args = [main, "--json", "--control", "--port", "0", "--db", join(folder, "sandbox.db")];
  // In a separate process group: after Ctrl-C it must respond until `pulumi up` has ended.
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
    windowsHide: true,
  });
  const closed = new Promise((resolve) => child.once("close", resolve).once("error", resolve));
  process.once("exit", () => child.kill("SIGKILL"));

  async function stop() {
    child.kill("SIGTERM");
    const kill = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await closed.finally(() => clearTimeout(kill));
  }

  /** @type {NodeJS.Timeout | undefined} */
  let limit;
  /** @type {Promise<string>} */
  const firstLine = new Promise((resolve, reject) => {
    /** @param {string} what */
    const fail = (what) => reject(new Error(`the sandbox ${what}`));
    limit = setTimeout(() => fail(`was not ready after ${limitMs / 1000} s`), limitMs);
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code, signal) => {
      fail(`ended with ${signal ?? `exit code ${code}`} before it was ready`);
    });
  });
  const ready = firstLine.finally(() => clearTimeout(limit));
  const line = await ready.catch(async (error) => {
    await stop();
    throw error;
  });
  /** @type {{ url: string, adminKey: string, controlUrl: string, pageUrl: string, signInCode: string }} */
  const { url, adminKey, controlUrl, pageUrl, signInCode } = JSON.parse(line);
  const patience = () => ({ signal: AbortSignal.timeout(10_000) });

  /**
   * Calls the sandbox as any server would.
   * @param {string} key @param {string} path @param {string} [method]
   */
  const call = (key, path, method = "GET") =>
    fetch(`${url}${path}`, { method, headers: { authorization: `Basic ${key}` }, ...patience() });

  /** Advances the sandbox's clock, or sets it back. @param {number} milliseconds */
  async function advanceClock(milliseconds) {
    const body = JSON.stringify({ advanceMs: milliseconds });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${controlUrl}/clock`, { method: "POST", headers, body, ...patience() });
    if (!answer.ok) throw new Error(`the sandbox's clock returned ${answer.status}`);
  }

  return { url, adminKey, pageUrl, signInCode, call, advanceClock, stop };
}
