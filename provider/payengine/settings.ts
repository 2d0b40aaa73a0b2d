import type { Contract } from "./contract";

/** Settings of a request to PayEngine. */
export interface CallSettings {
  /** Address of the API, without a trailing slash. */
  readonly apiUrl: string;
  /** The private key that authenticates the requests. */
  readonly credential: string;
  /** Timeout of one request, in milliseconds. */
  readonly requestTimeout: number;
  /** Retries of a request that is safe to repeat. */
  readonly maxRetries: number;
  /** How this account's keys are created, found and revoked. */
  readonly contract: Contract;
}

export const DEFAULT_API_URL = "https://console.payengine.co/api";

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether a host name is localhost. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}

/** Whether a text can be a private key's value, which is sent in a header as it is. */
export function isCredential(value: string): boolean {
  return /^[\x21-\x7e]+$/.test(value);
}
