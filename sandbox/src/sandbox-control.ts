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
 * Steers a sandbox from a test, over its control interface.
 *
 * @example
 * const control = new SandboxControl(sandbox.controlUrl);
 * await control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
 */
export class SandboxControl {
  /** @param controlUrl as `startSandbox` and the command's `--json` give it. */
  constructor(private readonly controlUrl: string) {}

  /** Sets the whole dialect; what you leave out goes back to PayEngine's published way. */
  setDialect(dialect: DialectInput): Promise<Dialect> {
    return this.call("PUT", "/dialect", dialect);
  }

  /** Adds a fault behind those that stand. */
  addFault(fault: FaultInput): Promise<StandingFault> {
    return this.call("POST", "/faults", fault);
  }

  /** All faults asked for since the last clear, with their hits. */
  faults(): Promise<StandingFault[]> {
    return this.call("GET", "/faults");
  }

  clearFaults(): Promise<void> {
    return this.call("DELETE", "/faults");
  }

  /** Ends the waits of delays that calls are in now; a fault that still stands delays the next call again. */
  release(): Promise<void> {
    return this.call("POST", "/release");
  }

  /** Sets for how long new keys are not there yet; what is left out goes back to 0. */
  setLag(lag: LagInput): Promise<Lag> {
    return this.call("POST", "/lag", lag);
  }

  /** Sets how fast the sandbox is; what is left out goes back to as fast as it can. */
  setThrottle(throttle: ThrottleInput): Promise<Throttle> {
    return this.call("POST", "/throttle", throttle);
  }

  /** Puts the sandbox's clock forward, or back for less than 0; answers what it then shows. */
  async advanceClock(ms: number): Promise<Date> {
    const { now } = await this.call<{ now: number }>("POST", "/clock", { advanceMs: ms });
    return new Date(now);
  }

  /** Every key of every account, revoked ones and credentials too, newest first. */
  keys(): Promise<ControlKey[]> {
    return this.call("GET", "/keys");
  }

  /**
   * Stores a key with the id and value that it is to have, as a state that another sandbox wrote knows it.
   *
   * @param account its name, "sandbox" or "production", or its id.
   * @param key `createdAt` in ISO 8601.
   */
  addKey(account: string, key: Omit<GivenKey, "createdAt"> & { createdAt: string }): Promise<ControlKey> {
    return this.call("POST", `/accounts/${encodeURIComponent(account)}/keys`, key);
  }

  /** Revokes a key behind its owner's back. */
  revokeKey(id: string): Promise<ControlKey> {
    return this.call("POST", `/keys/${encodeURIComponent(id)}/revoke`);
  }

  /** Changes a public key's value: drift. */
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
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${answer.message}`);
    return answer;
  }
}
