// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

/** The sandbox itself gives calls under way three seconds. */
const STOP_MS = 5_000;

/**
 * Starts the sandbox as its own process on a free port.
 *
 * @param {{ repository: string, folder: string, limitMs?: number }} options `limitMs`: how long it may take to start
 */
export async function startSandboxProcess({ repository, folder, limitMs = 20_000 }) {
  const main = join(repository, "sandbox/bin/payengine-sandbox.js");
  const args = [main, "--json", "--control", "--port", "0", "--db", join(folder, "sandbox.db")];
  // In a group of its own: at Ctrl-C it has to answer until a `pulumi up` has ended.
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  const closed = new Promise((resolve) => child.once("close", resolve).once("error", resolve));
  process.once("exit", () => child.kill("SIGKILL"));

  async function stop() {
    child.kill("SIGTERM");
    const kill = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await closed.finally(() => clearTimeout(kill));
  }

  const [line = ""] = await firstLine(child, limitMs).catch(async (error) => {
    await stop();
    throw error;
  });
  /** @type {{ url: string, adminKey: string, controlUrl: string }} */
  const { url, adminKey, controlUrl } = JSON.parse(line);

  /**
   * Calls the sandbox as any server would.
   * @param {string} key @param {string} path @param {string} [method]
   */
  const call = (key, path, method = "GET") =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Basic ${key}` },
      signal: AbortSignal.timeout(10_000),
    });

  /** Puts the sandbox's clock forward. @param {number} milliseconds */
  async function advanceClock(milliseconds) {
    const body = JSON.stringify({ advanceMs: milliseconds });
    const headers = { "content-type": "application/json" };
    const signal = AbortSignal.timeout(10_000);
    const { ok, status } = await fetch(`${controlUrl}/clock`, { method: "POST", headers, body, signal });
    if (!ok) throw new Error(`the sandbox's clock answered ${status}`);
  }

  return { url, adminKey, call, advanceClock, stop };
}

/**
 * @param {import("node:child_process").ChildProcessByStdio<null, import("node:stream").Readable, null>} child
 * @param {number} limitMs
 * @returns {Promise<string[]>}
 */
async function firstLine(child, limitMs) {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(child, "exit", { signal }).then(([code, endedBy]) => {
    throw new Error(`the sandbox ended with ${endedBy ?? `exit code ${code}`} before it was ready`);
  });
  const late = sleep(limitMs, undefined, { signal }).then(() => {
    throw new Error(`the sandbox was not ready after ${limitMs / 1000} s`);
  });
  try {
    return await Promise.race([
      once(createInterface({ input: child.stdout }), "line", { signal }),
      ended,
      late,
    ]);
  } finally {
    over.abort();
  }
}
