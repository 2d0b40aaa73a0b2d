import type { End, Engine } from "./engine";

/** An answer that was just given needs a moment to reach the engine, in milliseconds. */
const DELIVERY_MS = 100;

/**
 * Lets a process print when nobody reads it any more. A failed write would be an uncaught error, which Pulumi's plugin
 * prints, which fails again: it would do nothing else for ever, and never notice that its engine has died.
 */
export function outliveReaders(outputs: readonly NodeJS.EventEmitter[]): void {
  for (const output of outputs) output.on("error", () => {});
}

/**
 * Ends the process when the engine has died, but not while an operation is under way or its answer on the way.
 *
 * @param exit ends the process.
 * @returns a function to run each operation in.
 */
export function endWithEngine(
  engine: Engine,
  exit: (how: End) => void,
): <T>(operation: () => Promise<T>) => Promise<T> {
  let underWay = 0;
  let gone: End | undefined;
  let onTheWay = 0;
  const exitIfIdle = () => {
    if (gone && underWay === 0 && onTheWay === 0) exit(gone);
  };
  engine.onGone((how) => {
    gone = how;
    // Pulumi's commands wait for this process: an engine that has hung up has got its answers.
    if (how === "hung up" && underWay === 0) exit(how);
    else exitIfIdle();
  });
  return async (operation) => {
    underWay++;
    try {
      return await operation();
    } finally {
      underWay--;
      onTheWay++;
      setTimeout(() => {
        onTheWay--;
        exitIfIdle();
      }, DELIVERY_MS).unref();
    }
  };
}
