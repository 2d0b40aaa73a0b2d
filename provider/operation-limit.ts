/** The limit of time of one operation. */
export class OperationLimit {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private startedAt = 0;

  /** @param left how many milliseconds the operation's calls may take. */
  constructor(private left: number) {
    this.start();
  }

  /** Ends the calls of the operation when its time is over. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get isOver(): boolean {
    return this.signal.aborted;
  }

  /** Waits for something. The time that this takes does not count. */
  async outside<T>(wait: () => Promise<T>): Promise<T> {
    clearTimeout(this.timer);
    this.left -= performance.now() - this.startedAt;
    try {
      return await wait();
    } finally {
      this.start();
    }
  }

  end(): void {
    clearTimeout(this.timer);
    this.controller.abort();
  }

  private start(): void {
    this.startedAt = performance.now();
    this.timer = setTimeout(() => this.end(), this.left).unref();
  }
}
