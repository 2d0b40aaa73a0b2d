/** SIGBREAK is Ctrl-Break on Windows. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const;

/** Holds signals back until the work is done: an interruption would leave a live key. */
export async function holdingSignals<T>(work: () => Promise<T>): Promise<T> {
  const hold = () => console.error("Stopping after the trial key is revoked.");
  for (const signal of SIGNALS) process.on(signal, hold);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, hold);
  }
}
