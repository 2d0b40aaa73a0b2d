import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";

const run = promisify(execFile);
const MINUTE = 60_000;

/** A running Chromium. */
export interface RunningChromium {
  readonly browser: Browser;
  /** Ends its processes and removes its files. */
  close(): Promise<void>;
}

/**
 * Starts Chromium without a window, and installs it if it is missing. It reaches only 127.0.0.1: no name resolves, except
 * those below `example`.
 *
 * @param examples address of all names below `example`, such as `127.0.0.1:8080`. Default: they do not resolve either.
 */
export async function startChromium(examples = "~NOTFOUND"): Promise<RunningChromium> {
  const tool = join(__dirname, "find-chromium.mjs");
  const { stdout } = await run(process.execPath, [tool], { timeout: 20 * MINUTE });
  // A short name, because Chromium crashes if the path of its socket is longer than 107 characters.
  const home = await mkdtemp(join(tmpdir(), "web-"));
  const remove = () => rm(home, { recursive: true, maxRetries: 5, retryDelay: 100 });
  try {
    const browser = await chromium.launch({
      executablePath: stdout.trim(),
      args: [
        "--disable-quic",
        `--host-resolver-rules=MAP *.example ${examples}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`,
        // By default a heap snapshot cuts strings at 1,024 characters, and a search in it would miss the rest.
        "--js-flags=--heap-snapshot-string-limit=10000000",
      ],
      // Playwright turns this cache off, but people's browsers show a page from it when they go back.
      ignoreDefaultArgs: ["--disable-back-forward-cache"],
      env: { ...process.env, HOME: home, TMPDIR: home },
    });
    const close = async () => {
      await browser.close();
      await remove();
    };
    return { browser, close };
  } catch (error) {
    await remove();
    throw error;
  }
}
