/** Limits error stacks to one line until they are restored. */
export interface ShortStacks {
  restore(): void;
  /** Restores the limit and adds the missing lines of the program to an error's stack. */
  complete(error: unknown): unknown;
}

/**
 * Limits error stacks to one line while Pulumi constructs a resource.
 *
 * Pulumi formats a stack through source maps for every promise of every output and keeps it for
 * PULUMI_DEBUG_PROMISE_LEAKS. That takes half of the time of a program with many resources. The source position that
 * Pulumi reports to the engine is not affected, because Pulumi sets a separate limit for it.
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

/** The stack lines from a function's caller on. */
function linesBelow(callee: (...args: never[]) => unknown): string {
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, callee);
  return here.stack?.replace(/^.*/, "") ?? "";
}
