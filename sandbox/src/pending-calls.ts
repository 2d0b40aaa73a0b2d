import { setTimeout as sleep } from "node:timers/promises";

/**
 * What a stop has to wait for. A call counts twice, by its work and by its answer: Fastify stops knowing of a call
 * once its caller has gone away, but the work still goes to the database.
 */
export class PendingCalls {
  private readonly pending = new Set<Promise<unknown>>();
  private readonly givenUp = new AbortController();

  /** Keeps the work or the answer in mind until it has ended; hands it back. */
  add<T>(call: Promise<T>): Promise<T> {
    const ended: Promise<unknown> = call.then(
      () => this.pending.delete(ended),
      () => this.pending.delete(ended),
    );
    this.pending.add(ended);
    return call;
  }

  /** Waits, unless the sandbox gives up waiting: then it throws. */
  async pause(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.givenUp.signal });
  }

  /** Resolves when every call has ended, those too that have come in meanwhile. */
  async ended(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  /** Ends the pauses at once; what was to be committed after them is not. */
  giveUp(): void {
    this.givenUp.abort();
  }
}
