/** Each read starts a process of Pulumi's CLI, which uses a whole core for part of its time. */
const AT_ONCE = 4;

/**
 * Runs a few of many actions at once, and returns their results in order. At most that many results are kept until they are
 * taken.
 *
 * @throws the first failure, in the order of the actions, once those that run have ended.
 */
export async function* fewAtOnce<T>(
  acts: readonly (() => Promise<T>)[],
  atOnce = AT_ONCE,
): AsyncGenerator<T> {
  const running: Promise<T>[] = [];
  try {
    for (const act of acts) {
      const result = act();
      // The failure of a later action waits for its turn.
      result.catch(() => {});
      running.push(result);
      if (running.length >= atOnce) yield await (running.shift() as Promise<T>);
    }
    for (const result of running) yield await result;
  } finally {
    // A reader that stops early leaves no process behind.
    await Promise.allSettled(running);
  }
}

/** All results of {@link fewAtOnce}. */
export async function allFewAtOnce<T>(acts: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  for await (const result of fewAtOnce(acts)) results.push(result);
  return results;
}
