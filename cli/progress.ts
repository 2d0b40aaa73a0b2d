import { printable } from "./terminal";

const QUICK_MS = 500;
const TICK_MS = 1_000;
const ERASED = "\r\u001b[K";

/** One line on the error output that shows the current step and its duration. */
export interface Progress {
  /** Names the current step. */
  step(text: string): void;
  /** Removes the line. */
  end(): void;
}

/** Shows progress at a terminal, for steps that take a while. Prints nothing to a pipe, a file or CI. */
export function showProgress({ isTTY, columns } = process.stderr, { CI, TERM } = process.env): Progress {
  if (!isTTY || CI || TERM === "dumb") return { step() {}, end() {} };
  // Some terminals report 0.
  const width = columns || 80;
  let timer: NodeJS.Timeout | undefined;
  let isShown = false;
  let firstStep: number | undefined;
  const end = () => {
    clearTimeout(timer);
    if (isShown) process.stderr.write(ERASED);
    isShown = false;
    firstStep = undefined;
  };
  return {
    end,
    step(text) {
      clearTimeout(timer);
      const begun = performance.now();
      // Many quick steps take long together.
      firstStep ??= begun;
      const show = () => {
        const line = `${text} … ${Math.round((performance.now() - begun) / 1000)} s`;
        // The cursor returns to the start, so that a slow reader of the output, such as a pager, writes over the line.
        process.stderr.write(`${ERASED}${printable(line).slice(0, width - 1)}\r`);
        isShown = true;
        timer = setTimeout(show, TICK_MS).unref();
      };
      timer = setTimeout(show, Math.max(0, firstStep + QUICK_MS - begun)).unref();
    },
  };
}

/** Shows progress while `act` runs. */
export async function withProgress<T>(act: (progress: Progress) => Promise<T>): Promise<T> {
  const progress = showProgress();
  try {
    return await act(progress);
  } finally {
    progress.end();
  }
}
