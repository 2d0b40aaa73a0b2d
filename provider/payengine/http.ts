import { EventEmitter } from "node:events";
import type { Dispatcher } from "undici";
import { ApiError, NetworkError, ResponseSchemaError } from "./errors";
import { apiError, cutAnswer, isFailure, networkError } from "./http-errors";
import { parseJson } from "./parse-json";
import { RateLimiter } from "./rate-limiter";
import { OUT_OF_TIME, pause, type RetryMode, waitBeforeRetry } from "./retry-policy";
import type { CallSettings } from "./settings";

/** One call to PayEngine. */
export interface Call<T> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path below the API's address, such as `/api-keys`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly retry: RetryMode;
  /** Reads the parsed answer; undefined for an empty body. @throws Unreadable where it is in another form. */
  readonly read: (answer: unknown) => T;
}

/** Why an answer is not in the form of the contract. */
export class Unreadable extends Error {}

/** Sends one call and gives back what was read of the answer. */
export type Request = <T>(call: Call<T>) => Promise<T>;

/** What all calls with the same settings share. */
export interface Connection {
  readonly dispatcher: Dispatcher;
  readonly limiter: RateLimiter;
  /** Is told the time that an answer's Date header says. */
  readonly noteDate: (date: Date) => void;
  /** Waits so many milliseconds, or until the signal. */
  readonly pause: (milliseconds: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

/** A connection of its own for one dispatcher. */
export function connectionBy(dispatcher: Dispatcher, limiter = new RateLimiter()): Connection {
  return { dispatcher, limiter, noteDate: () => {}, pause };
}

/**
 * Everything that goes to PayEngine goes through the function that this returns: `maxRetries` + 1 requests at most for
 * one call, as retry-policy.ts decides.
 *
 * It throws `ApiError` (or `NotFoundError`) for an answer that is a failure, `NetworkError` where there was no answer,
 * `ResponseSchemaError` for one that cannot be read. No message holds a key's value.
 *
 * @param operation ends all calls of one operation when its time is over.
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

/** Sends a call once, within the limit of one request and of its operation. */
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
      // Nobody asked for a part of an answer.
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
 * Limits of time for requests, within that of their operation. `AbortSignal.any` with `AbortSignal.timeout` would do,
 * but Node 20 may collect such a signal before its time is over; and an emitter is a lighter signal.
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
      `The answer to ${what} is not JSON; check that payengine:apiUrl is the address of PayEngine's API`,
    );
  }
  try {
    return call.read(answer);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    throw new ResponseSchemaError(
      `The answer to ${what} is not in the form of the contract (${error.message})`,
    );
  }
}
