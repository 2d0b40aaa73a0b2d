import { EventEmitter } from "node:events";
import type { Dispatcher } from "undici";
import { ApiError, NetworkError, ResponseSchemaError } from "./errors";
import { apiError, cutAnswer, isFailure, networkError } from "./http-errors";
import { parseJson } from "./parse-json";
import { RateLimiter } from "./rate-limiter";
import { OUT_OF_TIME, pause, type RetryMode, waitBeforeRetry } from "./retry-policy";
import type { CallSettings } from "./settings";

/** One request to PayEngine, with its retries. */
export interface Call<T> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path below the API's address, such as `/api-keys`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly retry: RetryMode;
  /** Reads the parsed body; undefined if it is empty. @throws Unreadable if it does not match the contract. */
  readonly read: (answer: unknown) => T;
}

/** Why a response does not match the contract. */
export class Unreadable extends Error {}

/** Sends one request and returns what `read` returns. */
export type Request = <T>(call: Call<T>) => Promise<T>;

/** Shared by all requests with the same settings. */
export interface Connection {
  readonly dispatcher: Dispatcher;
  readonly limiter: RateLimiter;
  /** Receives the Date header of each response. */
  readonly noteDate: (date: Date) => void;
  /** Waits this many milliseconds, or until the signal. */
  readonly pause: (milliseconds: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

/** A separate connection for one dispatcher. */
export function connectionBy(dispatcher: Dispatcher, limiter = new RateLimiter()): Connection {
  return { dispatcher, limiter, noteDate: () => {}, pause };
}

/**
 * Returns the function that sends every request to PayEngine, at most `maxRetries` + 1 times, as retry-policy.ts decides.
 *
 * It throws `ApiError` (or `NotFoundError`) for a failure, `NetworkError` if there was no complete response, and
 * `ResponseSchemaError` for a response that cannot be read. No message contains a key's value.
 *
 * @param operation ends all requests of one operation when its time is over.
 */
export function createRequest(
  settings: CallSettings,
  connection: Connection,
  operation?: AbortSignal,
): Request {
  const { limiter, pause } = connection;
  const sendOnce = sender(settings, connection, operation);
  return async (call) => {
    for (let times = 1, waited = 0; ; times++) {
      const permit = await limiter.acquire(operation);
      try {
        const answer = await sendOnce(call);
        permit.passed();
        return answer;
      } catch (error) {
        if (error instanceof ApiError && error.status === 429) permit.refused(error.retryAfter);
        else permit.passed();
        const wait = waitBeforeRetry(error, call.retry, settings.maxRetries, { times, waited });
        if (wait === undefined || operation?.aborted) throw error;
        await pause(wait, operation);
        waited += wait;
      }
    }
  };
}

/** Sends a request once, within its own timeout and the operation's. */
function sender(
  settings: CallSettings,
  { dispatcher, noteDate }: Connection,
  operation: AbortSignal | undefined,
): Request {
  const { apiUrl, credential, requestTimeout, contract } = settings;
  const limited = limits(operation);
  const { origin, pathname } = new URL(apiUrl);
  const base = pathname.replace(/\/$/, "");
  const authorization = contract.authorization.replace("{key}", () => credential);
  return async (call) => {
    const what = `${call.method} ${apiUrl}${call.path}`;
    if (operation?.aborted)
      throw new NetworkError(`The operation took too long (before ${what})`, OUT_OF_TIME);
    const limit = limited(requestTimeout);
    try {
      const request = requestOf(call, base, authorization);
      const { statusCode, headers, body } = await dispatcher.request({
        ...request,
        origin,
        signal: limit.signal,
      });
      const date = new Date(String(headers.date));
      if (!Number.isNaN(date.getTime())) noteDate(date);
      const text = await body.text().catch((error: unknown) => {
        throw limit.signal.reason ?? asCutAnswer(what, error);
      });
      // No request asks for a range.
      if (statusCode === 206) throw cutAnswer(what);
      const answer = parseJson(text);
      if (!isSuccess(statusCode, answer)) throw apiError(what, statusCode, headers, answer, settings);
      return readAnswer(what, call, answer, text);
    } catch (error) {
      if (error instanceof ApiError || error instanceof ResponseSchemaError) throw error;
      if (operation?.aborted)
        throw new NetworkError(`The operation took too long (${what})`, "OPERATION_LIMIT");
      throw networkError(what, error, settings);
    } finally {
      limit.lift();
    }
  };
}

function isSuccess(status: number, answer: unknown): boolean {
  return status >= 200 && status <= 299 && !isFailure(answer);
}

function requestOf({ method, path, query, body }: Call<unknown>, base: string, authorization: string) {
  const accept = { authorization, accept: "application/json" };
  return {
    method,
    path: `${base}${path}${query ? `?${new URLSearchParams(query)}` : ""}`,
    headers: body === undefined ? accept : { ...accept, "content-type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
  };
}

function asCutAnswer(what: string, error: unknown): unknown {
  return Object(error).code === "UND_ERR_RES_EXCEEDED_MAX_SIZE" ? error : cutAnswer(what);
}

/**
 * Timeouts of requests within their operation. Not `AbortSignal.any` with `AbortSignal.timeout`: Node 20 may
 * garbage-collect such a signal before it fires.
 */
function limits(operation: AbortSignal | undefined) {
  const sent = new Set<EndSignal>();
  const end = (signal: EndSignal) => signal.end();
  operation?.addEventListener("abort", () => sent.forEach(end), { once: true });
  return (milliseconds: number) => {
    const signal = new EndSignal();
    sent.add(signal);
    const timer = setTimeout(end, milliseconds, signal);
    return {
      signal,
      lift() {
        clearTimeout(timer);
        sent.delete(signal);
      },
    };
  };
}

class EndSignal extends EventEmitter {
  reason: Error | undefined;

  end(): void {
    this.reason = new DOMException("the time is over", "TimeoutError");
    this.emit("abort");
  }
}

function readAnswer<T>(what: string, call: Call<T>, answer: unknown, text: string): T {
  if (answer === undefined && text !== "") {
    throw new ResponseSchemaError(
      `The response to ${what} is not JSON; check that payengine:apiUrl is the address of PayEngine's API`,
    );
  }
  try {
    return call.read(answer);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new ResponseSchemaError(`The response to ${what} does not match the contract (${error.message})`);
  }
}
