import { setTimeout as sleep } from "node:timers/promises";
import { apiKeyProvider } from "./adapter";
import { watchEngine } from "./engine";
import { outliveReaders } from "./lifetime";
import { startWatchdog } from "./watchdog/watchdog";

outliveReaders([process.stdout, process.stderr]);

/**
 * What Pulumi's plugin process runs for an `ApiKey`. State refers to it by name, in the text that the SDK gives as
 * `__provider`: it must keep this name for ever.
 */
export const apiKey = apiKeyProvider({
  env: process.env,
  engine: watchEngine(process.argv[2], process),
  watchdog: startWatchdog(),
  now: () => new Date(),
  sleep: (milliseconds) => sleep(milliseconds),
  exit: () => process.exit(0),
  warn: (line) => console.error(line),
});
