import { pause } from "./retry-policy";

/** A window is longer than PayEngine asks for by this factor, since neither clocks nor networks are exact. */
const MARGIN = 1.02;
/** After so many full windows without a refusal, more calls are tried, by a factor. */
const CLEAN_WINDOWS = 10;
const GROWTH = 1.5;

/** What windows are measured with; tests give their own. */
export interface Clock {
  /** Milliseconds that only ever grow. */
  readonly now: () => number;
  /** Waits so many milliseconds, or until the signal. */
  readonly sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

const REAL: Clock = { now: () => performance.now(), sleep: pause };

/** A stretch of time in which PayEngine takes a number of calls. */
interface Window {
  /** Milliseconds on the process's own clock. */
  end: number;
  sent: number;
  passed: number;
  refused: boolean;
}

/** Leave to send one call, in its window. */
export interface Permit {
  passed(): void;
  /** @param retryAfter milliseconds that PayEngine asks to wait, where it says so. */
  refused(retryAfter: number | undefined): void;
}

/**
 * Keeps calls below a limit that PayEngine has shown by a 429 with Retry-After: as many as passed until then are sent in
 * each stretch of that length, in the order in which they came. Without it, calls that are sent side by side would use
 * up their repetitions against each other.
 */
export class RateLimiter {
  private allowed = Number.POSITIVE_INFINITY;
  private length = 0;
  private clean = 0;
  private window = windowUntil(Number.POSITIVE_INFINITY);
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly clock: Clock = REAL) {}

  /** Waits until a call may be sent, or until its operation has no time left. */
  acquire(operation: AbortSignal | undefined): Promise<Permit> {
    const permit = this.last.then(() => this.next(operation));
    this.last = permit;
    return permit;
  }

  private async next(operation: AbortSignal | undefined): Promise<Permit> {
    while (!this.isOpen() && operation?.aborted !== true) {
      await this.clock.sleep(Math.max(0, this.window.end - this.clock.now()), operation);
    }
    const { window } = this;
    window.sent += 1;
    return {
      passed() {
        window.passed += 1;
      },
      refused: (retryAfter) => this.refuse(window, retryAfter),
    };
  }

  private isOpen(): boolean {
    if (this.clock.now() >= this.window.end) this.roll();
    return this.window.sent < this.allowed && !this.window.refused;
  }

  private roll(): void {
    const { refused, passed, sent } = this.window;
    if (refused) {
      if (passed > 0) this.allowed = passed;
      this.clean = 0;
    } else if (sent >= this.allowed && ++this.clean >= CLEAN_WINDOWS) {
      this.allowed = Math.ceil(this.allowed * GROWTH);
      this.clean = 0;
    }
    this.window = windowUntil(this.clock.now() + this.length);
  }

  private refuse(window: Window, retryAfter: number | undefined): void {
    if (!retryAfter || window !== this.window || window.refused) return;
    window.refused = true;
    const wait = retryAfter * MARGIN;
    // PayEngine may say what is left of its stretch; the longest wait comes nearest to the whole.
    this.length = Math.max(this.length, wait);
    // Where the stretch is known, its end is: only what was refused has to wait as long as PayEngine says.
    const isKnown = Number.isFinite(window.end) && window.passed > 0;
    if (!isKnown) window.end = this.clock.now() + wait;
  }
}

function windowUntil(end: number): Window {
  return { end, sent: 0, passed: 0, refused: false };
}
