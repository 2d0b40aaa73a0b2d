import type { End, Engine } from "./engine";

/** Time for a result to reach the engine, in milliseconds. */
const DELIVERY_MS = 100;

/**
 * Ignores errors of writes to closed outputs. Otherwise Pulumi's plugin would print the uncaught error, fail again, and loop
 * forever without noticing that its engine has died.
 */
export function outliveReaders(outputs: readonly NodeJS.EventEmitter[]): void {
  for (const output of outputs) output.on("error", () => {});
}

/**
 * Ends the process after the engine has died, once no operation is running and every result is delivered.
 *
 * @param exit ends the process.
 * @returns a function that runs an operation.
 */
export function endWithEngine(
  engine: Engine,
  exit: (how: End) => void,
): <T>(operation: () => Promise<T>) => Promise<T> {
  let running = 0;
  let gone: End | undefined;
  let undelivered = 0;
  const exitIfIdle = () => {
    if (gone && running === 0 && undelivered === 0) exit(gone);
  };
  engine.onGone((how) => {
    gone = how;
    // Pulumi's commands wait for this process, and an engine that has hung up has its results.
    if (how === "hung up" && running === 0) exit(how);
    else exitIfIdle();
  });
  return async (operation) => {
    running++;
    try {
      return await operation();
    } finally {
      running--;
      undelivered++;
      setTimeout(() => {
        undelivered--;
        exitIfIdle();
      }, DELIVERY_MS).unref();
    }
  };
}

/**
 * Ends this process. After a stop signal the engine waits for the end, and dying by the signal is 50 ms faster than Node's
 * orderly exit.
 */
export function endProcess(how: End): void {
  if (how === "hung up") process.kill(process.pid, "SIGINT");
  // In case another listener handles the signal.
  process.exit(0);
}
