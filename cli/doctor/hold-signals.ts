/** SIGBREAK is Ctrl-Break on Windows. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const;

/** Does work that leaves a live key if it is cut: a signal waits for its end. */
export async function holdingSignals<T>(work: () => Promise<T>): Promise<T> {
  const hold = () => console.error("Stopping when the checks are done, so that no key is left.");
  for (const signal of SIGNALS) process.on(signal, hold);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, hold);
  }
}
