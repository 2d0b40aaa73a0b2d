import { setTimeout as sleep } from "node:timers/promises";
import { apiKeyProvider } from "./adapter";
import { watchEngine } from "./engine";
import { endProcess, outliveReaders } from "./lifetime";
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
  exit: endProcess,
  warn: (line) => console.error(line),
});
