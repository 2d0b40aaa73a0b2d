import { printable } from "./terminal";

const QUICK_MS = 500;
const TICK_MS = 1_000;
const ERASED = "\r\u001b[K";

/** One line on the error output that says what is under way and for how long, as long as it is. */
export interface Progress {
  /** Says what is under way from now on. */
  step(text: string): void;
  /** Takes the line away. */
  end(): void;
}

/** Shows progress to whoever looks at a terminal; to a pipe, a file or CI it says nothing. Quick work stays unseen. */
export function showProgress({ isTTY, columns } = process.stderr, { CI, TERM } = process.env): Progress {
  if (!isTTY || CI || TERM === "dumb") return { step() {}, end() {} };
  // Some terminals say 0.
  const width = columns || 80;
  let timer: NodeJS.Timeout | undefined;
  let isShown = false;
  const end = () => {
    clearTimeout(timer);
    if (isShown) process.stderr.write(ERASED);
    isShown = false;
  };
  return {
    end,
    step(text) {
      clearTimeout(timer);
      const begun = performance.now();
      const show = () => {
        const line = `${text} … ${Math.round((performance.now() - begun) / 1000)} s`;
        process.stderr.write(`${ERASED}${printable(line).slice(0, width - 1)}`);
        isShown = true;
        timer = setTimeout(show, TICK_MS).unref();
      };
      timer = setTimeout(show, isShown ? 0 : QUICK_MS).unref();
    },
  };
}

/** Shows progress while something is done, whatever comes of it. */
export async function withProgress<T>(act: (progress: Progress) => Promise<T>): Promise<T> {
  const progress = showProgress();
  try {
    return await act(progress);
  } finally {
    progress.end();
  }
}
