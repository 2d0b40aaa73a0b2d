/** The time limit of one operation. */
export class OperationLimit {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private startedAt = 0;

  /** @param left milliseconds for the operation's requests. */
  constructor(private left: number) {
    this.start();
  }

  /** Aborts the operation's requests when its time is over. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get isOver(): boolean {
    return this.signal.aborted;
  }

  /** Runs `wait` without counting its time. */
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
