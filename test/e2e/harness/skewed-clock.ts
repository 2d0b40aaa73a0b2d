import { join } from "node:path";

const PRELOAD = join(__dirname, "clock-preload.cjs");

/**
 * Environment in which the wall clock of every Node process is wrong: the program's, the plugin's, the watchdog's and
 * the command's. The Pulumi CLI itself, which is no Node process, keeps the right time.
 *
 * @param milliseconds how far it is ahead; behind for less than 0.
 */
export function skewedClock(milliseconds: number): Record<string, string> {
  return { NODE_OPTIONS: `--require ${JSON.stringify(PRELOAD)}`, SKEWED_CLOCK_MS: String(milliseconds) };
}

/** The same, with the offset in a file: the clock jumps when that changes. */
export function jumpingClock(file: string): Record<string, string> {
  return { ...skewedClock(0), SKEWED_CLOCK_FILE: file };
}
