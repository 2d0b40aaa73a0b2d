import type { User } from "./account-store";
import type { ControlKey, Credential } from "./control-routes";
import type { Dialect, DialectInput } from "./dialect";
import type { FaultInput } from "./fault";
import type { StandingFault } from "./fault-list";
import type { GivenKey } from "./key-store";
import type { Lag, LagInput } from "./lag";
import type { Merchant } from "./merchant-store";
import type { LoggedRequest } from "./request-log";
import type { Role } from "./seeds";
import type { Throttle, ThrottleInput } from "./throttle";

/**
 * Controls a sandbox from a test.
 *
 * @example
 * const control = new SandboxControl(sandbox.controlUrl);
 * await control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
 */
export class SandboxControl {
  /** @param controlUrl from `startSandbox` or the command's `--json`. */
  constructor(private readonly controlUrl: string) {}

  /** Sets the whole dialect. Options that you omit go back to PayEngine's published conventions. */
  setDialect(dialect: DialectInput): Promise<Dialect> {
    return this.call("PUT", "/dialect", dialect);
  }

  /** Adds a fault after the active ones. */
  addFault(fault: FaultInput): Promise<StandingFault> {
    return this.call("POST", "/faults", fault);
  }

  /** All faults since the last clear, with their hits. */
  faults(): Promise<StandingFault[]> {
    return this.call("GET", "/faults");
  }

  clearFaults(): Promise<void> {
    return this.call("DELETE", "/faults");
  }

  /** Ends all current delays. An active fault delays the next call again. */
  release(): Promise<void> {
    return this.call("POST", "/release");
  }

  /** Sets how long new keys are not visible yet. Options that you omit go back to 0. */
  setLag(lag: LagInput): Promise<Lag> {
    return this.call("POST", "/lag", lag);
  }

  /** Sets the speed of the sandbox. Options that you omit go back to full speed. */
  setThrottle(throttle: ThrottleInput): Promise<Throttle> {
    return this.call("POST", "/throttle", throttle);
  }

  /** Advances the sandbox's clock, or sets it back for a negative number. Returns the new time. */
  async advanceClock(ms: number): Promise<Date> {
    const { now } = await this.call<{ now: number }>("POST", "/clock", { advanceMs: ms });
    return new Date(now);
  }

  /** Every key of every account, revoked ones and credentials too, newest first. */
  keys(): Promise<ControlKey[]> {
    return this.call("GET", "/keys");
  }

  /**
   * Stores a key with a given ID and value, such as one from the state of another sandbox.
   *
   * @param account its name, "sandbox" or "production", or its id.
   * @param key `createdAt` in ISO 8601.
   */
  addKey(account: string, key: Omit<GivenKey, "createdAt"> & { createdAt: string }): Promise<ControlKey> {
    return this.call("POST", `/accounts/${encodeURIComponent(account)}/keys`, key);
  }

  /** Revokes a key outside the API. */
  revokeKey(id: string): Promise<ControlKey> {
    return this.call("POST", `/keys/${encodeURIComponent(id)}/revoke`);
  }

  /** Changes a public key's value, to simulate drift. */
  setPublicValue(id: string, value: string): Promise<ControlKey> {
    return this.call("PUT", `/keys/${encodeURIComponent(id)}/value`, { value });
  }

  /** Every merchant of every account, newest first. */
  merchants(): Promise<Merchant[]> {
    return this.call("GET", "/merchants");
  }

  /**
   * Connects a new merchant to an account.
   *
   * @param account its name, "sandbox" or "production", or its id.
   * @param merchant `status` is "active" by default.
   */
  addMerchant(account: string, merchant: { name: string; status?: string }): Promise<Merchant> {
    return this.call("POST", `/accounts/${encodeURIComponent(account)}/merchants`, merchant);
  }

  /** Changes a merchant's status, such as to "inactive". Merchants are never deleted. */
  setMerchantStatus(id: string, status: string): Promise<Merchant> {
    return this.call("POST", `/merchants/${encodeURIComponent(id)}`, { status });
  }

  /** Gives a user another role. @param user its id, or a seeded user's name, such as "sandbox_admin". */
  setRole(user: string, role: Role): Promise<User> {
    return this.call("POST", `/users/${encodeURIComponent(user)}`, { role });
  }

  /** A private key of a new user with this role. @param account "sandbox", "production" or the account's id. */
  newCredential(account: string, role: Role): Promise<Credential> {
    return this.call("POST", `/accounts/${encodeURIComponent(account)}/credentials`, { role });
  }

  /** The calls received over the API since the last clear, oldest first, 10,000 at most. */
  requests(): Promise<LoggedRequest[]> {
    return this.call("GET", "/requests");
  }

  clearRequests(): Promise<void> {
    return this.call("DELETE", "/requests");
  }

  private async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(this.controlUrl + path, { method, ...(body === undefined ? {} : json) });
    const text = await response.text();
    const answer = text === "" ? undefined : JSON.parse(text);
    if (!response.ok) throw new Error(`${method} ${path} returned ${response.status}: ${answer.message}`);
    return answer;
  }
}
