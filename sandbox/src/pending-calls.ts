import { setTimeout as sleep } from "node:timers/promises";

/**
 * Calls that a stop has to wait for. Tracks a call's work and its response separately, because Fastify forgets a call when
 * its caller has gone away, but the work still writes to the database.
 */
export class PendingCalls {
  private readonly pending = new Set<Promise<unknown>>();
  private readonly pauses = new Set<AbortController>();
  private givenUp = false;

  /** Tracks the work or the response until it ends, and returns it. */
  add<T>(call: Promise<T>): Promise<T> {
    const ended: Promise<unknown> = call.then(
      () => this.pending.delete(ended),
      () => this.pending.delete(ended),
    );
    this.pending.add(ended);
    return call;
  }

  /** Waits this long, or until a test ends the pause; throws if the sandbox gives up waiting. */
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

  /** Resolves when every call has ended, including new ones. */
  async ended(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  /** Ends the pauses at once, without the commits after them. */
  giveUp(): void {
    this.givenUp = true;
    this.release();
  }
}
