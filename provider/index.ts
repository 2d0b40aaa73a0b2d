import { setTimeout as sleep } from "node:timers/promises";
import { apiKeyProvider } from "./adapter";
import { type End, watchEngine } from "./engine";
import { outliveReaders } from "./lifetime";
import { startWatchdog } from "./watchdog/watchdog";

outliveReaders([process.stdout, process.stderr]);

/**
 * The provider that Pulumi's plugin process runs for an `ApiKey`. State refers to it by name, in the SDK's `__provider`
 * text, so the name must never change.
 */
export const apiKey = apiKeyProvider({
  env: process.env,
  engine: watchEngine(process.argv[2], process),
  watchdog: startWatchdog(),
  now: () => new Date(),
  sleep: (milliseconds) => sleep(milliseconds),
  exit: end,
  warn: (line) => console.error(line),
});

/**
 * Ends this process. After a stop signal the engine waits for the end, and dying by the signal is 50 ms faster than Node's
 * orderly exit.
 */
function end(how: End): void {
  if (how === "hung up") process.kill(process.pid, "SIGINT");
  // In case another listener handles the signal.
  process.exit(0);
}
