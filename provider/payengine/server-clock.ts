import ms from "ms";

/** Tolerated difference between PayEngine's clock and this machine's, in milliseconds. */
export const LARGEST_SKEW_MS = 60_000;

/** PayEngine's time: the Date header of the latest response plus the time since, by the monotonic clock. */
export class ServerClock {
  private latest: { readonly date: Date; readonly at: number } | undefined;

  /**
   * @param machine this machine's clock, used until a response has a Date header.
   * @param onContradiction receives a warning for each response whose Date contradicts that clock.
   */
  constructor(
    private readonly machine: () => Date = () => new Date(),
    private readonly onContradiction: (warning: string) => void = () => {},
  ) {}

  /** Records a response's Date header. */
  note(date: Date): void {
    this.latest = { date, at: performance.now() };
    const machine = this.machine();
    if (contradicts(date, machine)) this.onContradiction(warningOf(date, machine));
  }

  /** Whether a response has shown PayEngine's time. */
  get isTold(): boolean {
    return this.latest !== undefined;
  }

  /** PayEngine's time, to compute the age of PayEngine's dates. */
  now(): Date {
    if (this.latest === undefined) return this.machine();
    const { date, at } = this.latest;
    return new Date(date.getTime() + performance.now() - at);
  }

  /**
   * The time for decisions: this machine's, which check and diff use too, or PayEngine's if the two contradict each other.
   */
  agreed(): Date {
    const machine = this.machine();
    const told = this.now();
    return contradicts(told, machine) ? told : machine;
  }
}

function contradicts(told: Date, machine: Date): boolean {
  return Math.abs(told.getTime() - machine.getTime()) > LARGEST_SKEW_MS;
}

function warningOf(told: Date, machine: Date): string {
  const ahead = machine.getTime() - told.getTime();
  const where = ahead > 0 ? "ahead of" : "behind";
  return (
    `This machine's clock is ${ms(Math.abs(ahead), { long: true })} ${where} PayEngine's: ${machine.toISOString()} ` +
    `here, ${told.toISOString()} there. Actions that are due only by this machine's clock are skipped. Set the clock, ` +
    "for example with `timedatectl set-ntp true`."
  );
}
