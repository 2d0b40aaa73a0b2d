import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const MINUTE = 60_000;

/** Turns off Chromium's background work, such as requests for updates. */
const QUIET = [
  ...["--headless", "--no-first-run", "--disable-gpu", "--disable-quic", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update"],
  // Chromium does not run as root with its own sandbox.
  ...["--no-sandbox", "--remote-debugging-port=0"],
];

/**
 * Opens a page in Chromium, and installs Chromium if it is missing.
 *
 * @param resolve address of all names below `example`, such as `127.0.0.1:PORT`; other names are not found.
 * @returns a function that closes it.
 */
export async function openInChromium(url: string, resolve: string): Promise<() => Promise<void>> {
  const tool = join(__dirname, "find-chromium.mjs");
  const { stdout } = await run(process.execPath, [tool], { timeout: 20 * MINUTE });
  // A short name, because Chromium crashes if the path of its socket is longer than 107 characters.
  const profile = await mkdtemp(join(tmpdir(), "web-"));
  const rules = `--host-resolver-rules=MAP *.example ${resolve}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`;
  const args = [...QUIET, `--user-data-dir=${profile}`, rules, url];
  const env = { ...process.env, HOME: profile, TMPDIR: profile };
  // A separate process group, because Chromium is a dozen processes.
  const browser = spawn(stdout.trim(), args, { env, stdio: "ignore", detached: true });
  const ended = once(browser, "close");
  return async () => {
    if (browser.pid !== undefined && browser.exitCode === null && browser.signalCode === null)
      process.kill(-browser.pid, "SIGKILL");
    await ended;
    await rm(profile, { recursive: true, maxRetries: 5, retryDelay: 100 });
  };
}
