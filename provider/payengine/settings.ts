import type { Contract } from "./contract";

/** What one call to PayEngine needs to know. */
export interface CallSettings {
  /** Address of the API without a slash at its end. */
  readonly apiUrl: string;
  /** The private key, or another credential, that the calls are made with. */
  readonly credential: string;
  /** Milliseconds that one request may take. */
  readonly requestTimeout: number;
  /** How often a request that may be repeated is repeated. */
  readonly maxRetries: number;
  /** How this account's keys are made, found and revoked. */
  readonly contract: Contract;
}

export const DEFAULT_API_URL = "https://console.payengine.co/api";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Says whether a host name means this machine. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/** Says whether a text can be a private key's value: it goes into a header as it is. */
export function isCredential(value: string): boolean {
  return /^[\x21-\x7e]+$/.test(value);
}
