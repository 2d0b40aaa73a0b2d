import { setTimeout as sleep } from "node:timers/promises";

/**
 * What a stop has to wait for. A call counts twice, by its work and by its answer: Fastify stops knowing of a call
 * once its caller has gone away, but the work still goes to the database.
 */
export class PendingCalls {
  private readonly pending = new Set<Promise<unknown>>();
  private readonly pauses = new Set<AbortController>();
  private givenUp = false;

  /** Keeps the work or the answer in mind until it has ended; hands it back. */
  add<T>(call: Promise<T>): Promise<T> {
    const ended: Promise<unknown> = call.then(
      () => this.pending.delete(ended),
      () => this.pending.delete(ended),
    );
    this.pending.add(ended);
    return call;
  }

  /** Waits so long or until a test ends the pause; throws when the sandbox gives up waiting. */
  async pause(ms: number): Promise<void> {
    if (ms === 0) return;
    const pause = new AbortController();
    this.pauses.add(pause);
    if (this.givenUp) pause.abort();
    await sleep(ms, undefined, { signal: pause.signal }).catch((aborted: Error) => {
      if (this.givenUp) throw aborted;
    });
    this.pauses.delete(pause);
  }

  /** Ends the pauses at once. */
  release(): void {
    for (const pause of this.pauses) pause.abort();
  }

  /** Resolves when every call has ended, those too that have come in meanwhile. */
  async ended(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  /** Ends the pauses at once; what was to be committed after them is not. */
  giveUp(): void {
    this.givenUp = true;
    this.release();
  }
}
