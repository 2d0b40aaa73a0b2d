import { pause } from "./retry-policy";

/** A window is this much longer than Retry-After, because clocks and networks are not exact. */
const MARGIN = 1.02;
/** After this many full windows without a 429, the limit grows by a factor. */
const CLEAN_WINDOWS = 10;
const GROWTH = 1.5;

/** The clock that measures windows. Tests pass their own. */
export interface Clock {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Waits this many milliseconds, or until the signal. */
  readonly sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

const REAL: Clock = { now: () => performance.now(), sleep: pause };

/** A period in which PayEngine accepts a number of requests. */
interface Window {
  /** Milliseconds of the monotonic clock. */
  end: number;
  sent: number;
  passed: number;
  refused: boolean;
}

/** Permission to send one request in its window. */
export interface Permit {
  passed(): void;
  /** @param retryAfter the Retry-After header in milliseconds, if there is one. */
  refused(retryAfter: number | undefined): void;
}

/**
 * Keeps requests below the rate limit that a 429 with Retry-After shows: each window of that length allows as many
 * requests as passed before the 429, first come, first served. Otherwise concurrent requests would use up each other's
 * retries.
 */
export class RateLimiter {
  private allowed = Number.POSITIVE_INFINITY;
  private length = 0;
  private clean = 0;
  private window = windowUntil(Number.POSITIVE_INFINITY);
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly clock: Clock = REAL) {}

  /** Waits until a request may be sent or the operation's time is over. */
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
    // Retry-After may be only the rest of PayEngine's window; the longest one comes closest to the whole.
    this.length = Math.max(this.length, wait);
    // If the window's end is known, only the refused request waits as long as Retry-After says.
    const isKnown = Number.isFinite(window.end) && window.passed > 0;
    if (!isKnown) window.end = this.clock.now() + wait;
  }
}

function windowUntil(end: number): Window {
  return { end, sent: 0, passed: 0, refused: false };
}
