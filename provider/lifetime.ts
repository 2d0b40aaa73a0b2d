import type { Engine } from "./engine";

/** An answer that was just given needs a moment to reach the engine, in milliseconds. */
const DELIVERY_MS = 100;

/**
 * Ends the process when the engine has died, but not while an operation is under way or its answer on the way.
 *
 * @param exit ends the process.
 * @returns a function to run each operation in.
 */
export function endWithEngine(
  engine: Engine,
  exit: () => void,
): <T>(operation: () => Promise<T>) => Promise<T> {
  let underWay = 0;
  let gone = false;
  let onTheWay = 0;
  const exitIfIdle = () => {
    if (gone && underWay === 0 && onTheWay === 0) exit();
  };
  engine.onGone(() => {
    gone = true;
    exitIfIdle();
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
