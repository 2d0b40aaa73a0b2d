// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/**
 * Starts the sandbox as its own process on a free port.
 *
 * @param {{ repository: string, folder: string }} options
 */
export async function startSandboxProcess({ repository, folder }) {
  const main = join(repository, "sandbox/dist/main.js");
  const args = [main, "--json", "--port", "0", "--db", join(folder, "sandbox.db")];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: child.stdout }), "line", {
    signal: AbortSignal.timeout(20_000),
  });
  /** @type {{ url: string, adminKey: string }} */
  const { url, adminKey } = JSON.parse(line);

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

  return {
    url,
    adminKey,
    call,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, "close");
      child.kill("SIGTERM");
      await closed;
    },
  };
}
