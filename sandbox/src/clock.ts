/** The sandbox's time: real time plus what tests have put it forward by. */
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

  /** Puts the clock forward. */
  advance(ms: number): void {
    this.ahead += ms;
  }
}
