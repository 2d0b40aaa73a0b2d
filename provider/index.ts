import { setTimeout as sleep } from "node:timers/promises";
import { apiKeyProvider } from "./adapter";
import { type End, watchEngine } from "./engine";
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
  exit: end,
  warn: (line) => console.error(line),
});

/**
 * Ends this process. Once the engine has hung up by its signal, it waits for the end: the signal's own action takes 50 ms
 * less than what Node does before an orderly exit.
 */
function end(how: End): void {
  if (how === "hung up") process.kill(process.pid, "SIGINT");
  // Or else something in this process listens to the signal.
  process.exit(0);
}
