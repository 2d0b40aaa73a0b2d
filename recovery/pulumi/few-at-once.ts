/** Each read starts a process of Pulumi's CLI, which uses a whole core for part of its time. */
const AT_ONCE = 4;

/**
 * Runs a few of many actions at once, and returns their results in order. At most that many results are kept until they are
 * taken.
 *
 * @param acts which must not fail.
 */
export async function* fewAtOnce<T>(
  acts: readonly (() => Promise<T>)[],
  atOnce = AT_ONCE,
): AsyncGenerator<T> {
  const running: Promise<T>[] = [];
  try {
    for (const act of acts) {
      running.push(act());
      if (running.length >= atOnce) yield await (running.shift() as Promise<T>);
    }
    for (const result of running) yield await result;
  } finally {
    // A reader that stops early leaves no process behind.
    await Promise.allSettled(running);
  }
}
