/** Stacks of one line, until they are restored. */
export interface ShortStacks {
  restore(): void;
  /** Puts back the lines of the program that an error's stack lacks. */
  complete(error: unknown): unknown;
}

/**
 * Has errors take down one line of their stack, which spares time and memory in a constructor of Pulumi's.
 *
 * Pulumi formats a stack for each promise behind each output, through source maps, and keeps it for
 * PULUMI_DEBUG_PROMISE_LEAKS: half of the time of a program with many resources. For the place in the program that it
 * reports to the engine, it asks with a limit of its own.
 */
export function shortenStacks(): ShortStacks {
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return { restore: () => {}, complete: (error) => error };
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Math.min(stackTraceLimit, 1);
  const restore = () => {
    Error.stackTraceLimit = stackTraceLimit;
  };
  const complete = (error: unknown) => {
    restore();
    if (error instanceof Error) error.stack += linesBelow(complete);
    return error;
  };
  return { restore, complete };
}

/** The lines of the stack from a function's caller on. */
function linesBelow(callee: (...args: never[]) => unknown): string {
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, callee);
  return here.stack?.replace(/^.*/, "") ?? "";
}
