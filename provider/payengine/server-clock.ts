import ms from "ms";

/** Up to here PayEngine's clock and this machine's agree, in milliseconds: neither a Date nor a clock is exact. */
export const LARGEST_SKEW_MS = 60_000;

/** PayEngine's time, as the Date of its latest answer tells it; between answers it goes on by the monotonic clock. */
export class ServerClock {
  private latest: { readonly date: Date; readonly at: number } | undefined;

  /**
   * @param machine this machine's clock, which is all there is as long as no answer has a Date.
   * @param onContradiction is told of each answer whose Date contradicts it, and what to do.
   */
  constructor(
    private readonly machine: () => Date = () => new Date(),
    private readonly onContradiction: (warning: string) => void = () => {},
  ) {}

  /** An answer has come with this Date. */
  note(date: Date): void {
    this.latest = { date, at: performance.now() };
    const machine = this.machine();
    if (contradicts(date, machine)) this.onContradiction(warningOf(date, machine));
  }

  /** Says whether PayEngine has told the time. */
  get isTold(): boolean {
    return this.latest !== undefined;
  }

  /** PayEngine's time. What it dates is as old as this says. */
  now(): Date {
    if (this.latest === undefined) return this.machine();
    const { date, at } = this.latest;
    return new Date(date.getTime() + performance.now() - at);
  }

  /**
   * The time to plan by: this machine's, which check and diff went by, or PayEngine's where that contradicts it. A Date is
   * of whole seconds, and late.
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
    `The clock of this machine is ${ms(Math.abs(ahead), { long: true })} ${where} PayEngine's: ${machine.toISOString()} ` +
    `here, ${told.toISOString()} there. What is due only by this machine's is not done. Set this machine's clock, for example by ` +
    "`timedatectl set-ntp true`."
  );
}
