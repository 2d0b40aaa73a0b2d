import { randomBytes } from "node:crypto";
import type { Clock } from "../clock";

/** A person who is signed in on the page. */
export interface Session {
  /** In the cookie: 256 random bits. */
  readonly id: string;
  /** In the page, and in a header of each request that changes something. */
  readonly csrfToken: string;
  readonly userId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** A working day, in milliseconds. */
export const SESSION_AGE_MS = 8 * 3_600_000;

/** Sessions at a time. One more ends the oldest. */
export const MAX_SESSIONS = 20;

/** The sessions of the page, in memory: a restart ends them. */
export class SessionStore {
  private readonly sessions = new Map<string, Session>();

  constructor(private readonly clock: Clock) {}

  start(userId: string): Session {
    // Not from the sandbox's random source: with --seed, anyone could compute the next session.
    const [id, csrfToken] = [randomBytes(32).toString("base64url"), randomBytes(32).toString("base64url")];
    const session = { id, csrfToken, userId, startedAt: this.clock.now() };
    this.sessions.set(session.id, session);
    for (const oldest of this.sessions.keys()) {
      if (this.sessions.size <= MAX_SESSIONS) break;
      this.sessions.delete(oldest);
    }
    return session;
  }

  /** The session with this ID, unless it is too old. */
  find(id: string): Session | undefined {
    const session = this.sessions.get(id);
    if (session === undefined || this.clock.now() - session.startedAt < SESSION_AGE_MS) return session;
    this.end(id);
    return undefined;
  }

  end(id: string): void {
    this.sessions.delete(id);
  }
}
