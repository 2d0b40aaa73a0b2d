import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const MINUTE = 60_000;

/** All that Chromium does by itself: it asks other hosts for updates, for one. */
const QUIET = [
  ...["--headless", "--no-first-run", "--disable-gpu", "--disable-quic", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update"],
  // It refuses to run as root with its own sandbox.
  ...["--no-sandbox", "--remote-debugging-port=0"],
];

/**
 * Opens a page in Chromium, which is installed where it is missing.
 *
 * @param resolve where the names below `example` are, as `127.0.0.1:PORT`; other names are not found.
 * @returns closes it.
 */
export async function openInChromium(url: string, resolve: string): Promise<() => Promise<void>> {
  const tool = join(__dirname, "find-chromium.mjs");
  const { stdout } = await run(process.execPath, [tool], { timeout: 20 * MINUTE });
  // A short name: Chromium makes a socket below, whose path may have 107 characters, and crashes otherwise.
  const profile = await mkdtemp(join(tmpdir(), "web-"));
  const rules = `--host-resolver-rules=MAP *.example ${resolve}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`;
  const args = [...QUIET, `--user-data-dir=${profile}`, rules, url];
  const env = { ...process.env, HOME: profile, TMPDIR: profile };
  // A group of its own: Chromium is a dozen processes.
  const browser = spawn(stdout.trim(), args, { env, stdio: "ignore", detached: true });
  const ended = once(browser, "close");
  return async () => {
    if (browser.pid !== undefined && browser.exitCode === null && browser.signalCode === null)
      process.kill(-browser.pid, "SIGKILL");
    await ended;
    await rm(profile, { recursive: true, maxRetries: 5, retryDelay: 100 });
  };
}
