import type { Operation } from "./contract";
import { withoutPrivateValues } from "./key-value";

/** One call that the sandbox received. Never holds an Authorization header or a private value. */
export interface LoggedRequest {
  /** Milliseconds since the epoch, by the sandbox's clock. */
  at: number;
  method: string;
  /** Without the query. */
  path: string;
  query: Record<string, string>;
  /** Absent for unknown calls, and for calls that were rejected earlier. */
  operation?: Operation;
  /** As in a fault's `keyName`. */
  keyName?: string;
  /** The status sent, "dropped" if the caller did not get a whole response, "pending" until then. */
  answered: number | "dropped" | "pending";
}

/** The latest calls, oldest first, with a limit that saves memory. */
export class RequestLog {
  private requests: LoggedRequest[] = [];

  constructor(private readonly limit = 10_000) {}

  /** Adds a call; the caller fills in the rest later. */
  add(at: number, method: string, url: string): LoggedRequest {
    const [path = "", query = ""] = withoutPrivateValues(url).split("?", 2);
    const entry: LoggedRequest = {
      at,
      method,
      path,
      query: Object.fromEntries(new URLSearchParams(query)),
      answered: "pending",
    };
    this.requests.push(entry);
    if (this.requests.length > this.limit) this.requests.shift();
    return entry;
  }

  list(): LoggedRequest[] {
    return this.requests;
  }

  clear(): void {
    this.requests = [];
  }
}
