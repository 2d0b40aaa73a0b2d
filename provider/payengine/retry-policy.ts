import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, NetworkError } from "./errors";

/** When a request may be retried. */
export type RetryMode =
  /** After any transient failure: sending it twice is safe. */
  | "idempotent"
  /** Only if PayEngine certainly did not act on it: nothing was sent, or PayEngine itself returned 429. */
  | "only if without effect";

/** Maximum total wait between the attempts of one request, in milliseconds. */
export const LONGEST_WAIT_MS = 30_000;

/** Code of a request that was not sent because its operation had no time left. */
export const OUT_OF_TIME = "OUT_OF_TIME";

/** Code of a response that ended early. */
export const CUT_ANSWER = "CUT_ANSWER";

/** Code of a request that timed out. */
export const TIMEOUT = "TIMEOUT";

const FIRST_WAIT_MS = 500;

/** Failures before anything was sent. */
const NOT_SENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"];

const UNREACHED = [
  ...NOT_SENT,
  "ECONNRESET",
  "EPIPE",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  TIMEOUT,
  CUT_ANSWER,
];

const PASSING_STATUSES = [429, 500, 502, 503, 504];

/** Statuses after which certainly nothing was changed, if PayEngine itself returned them. */
const REFUSING_STATUSES = [400, 401, 403, 404, 405, 413, 415, 422, 429];

/** Whether a request that failed with this error certainly changed nothing at PayEngine. */
export function isWithoutEffect(error: unknown): boolean {
  if (error instanceof NetworkError) return [...NOT_SENT, OUT_OF_TIME].includes(error.code);
  return error instanceof ApiError && error.byContract && REFUSING_STATUSES.includes(error.status);
}

/**
 * The retry policy: whether to send a request again, and after how many milliseconds.
 *
 * @param tried how often it was sent, and how long it has waited so far.
 * @returns undefined if the failure is final.
 */
export function waitBeforeRetry(
  error: unknown,
  mode: RetryMode,
  maxRetries: number,
  tried: { readonly times: number; readonly waited: number },
): number | undefined {
  const left = LONGEST_WAIT_MS - tried.waited;
  if (!mayRetry(error, mode) || tried.times > maxRetries || left <= 0) return undefined;
  const asked = error instanceof ApiError ? error.retryAfter : undefined;
  return Math.min(asked ?? FIRST_WAIT_MS * 2 ** (tried.times - 1), left);
}

function mayRetry(error: unknown, mode: RetryMode): boolean {
  if (mode === "idempotent") {
    if (error instanceof NetworkError) return UNREACHED.includes(error.code);
    return error instanceof ApiError && PASSING_STATUSES.includes(error.status);
  }
  if (error instanceof NetworkError) return NOT_SENT.includes(error.code);
  return error instanceof ApiError && error.status === 429 && error.byContract;
}

/** Waits this many milliseconds, or until the signal. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(milliseconds, undefined, signal && { signal }).catch(() => {});
}
