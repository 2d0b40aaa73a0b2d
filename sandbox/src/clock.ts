/** The sandbox's time: real time plus the offset that tests set. */
export class Clock {
  private ahead = 0;

  /** Milliseconds since the epoch. */
  now(): number {
    return Date.now() + this.ahead;
  }

  /** As in a Date header. */
  httpDate(): string {
    return new Date(this.now()).toUTCString();
  }

  /** Advances the clock. */
  advance(ms: number): void {
    this.ahead += ms;
  }
}
