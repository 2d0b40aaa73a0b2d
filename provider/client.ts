import { EventEmitter } from "node:events";
import type { Dispatcher } from "undici";
import type { z } from "zod";
import type { Settings } from "./config";
import { CUT_ANSWER, LONGEST_WAIT_MS } from "./connections";
import { ApiError, NetworkError, ResponseSchemaError } from "./errors";
import { apiError, isFailure, networkError, waitBefore } from "./failures";
import { Pace, pause } from "./pace";
import { parseJson } from "./parse-json";

/** The code of a call that was not sent any more, since its operation had no time left. */
export const OUT_OF_TIME = "OUT_OF_TIME";

/** One call to PayEngine. */
export interface Call<T> {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path below the API's address, such as `/api-keys`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** What the answer must look like, with or without `{ data: … }` around it; `undefined` for an empty body. */
  readonly answer: z.ZodType<T>;
}

/** Sends one call and gives back the parsed answer. */
export type Request = <T>(call: Call<T>) => Promise<T>;

/**
 * Everything that goes to PayEngine goes through the function that this returns.
 *
 * It throws `ApiError` (or `NotFoundError`) for an answer that is a failure, `NetworkError` where no answer was had,
 * `ResponseSchemaError` for one that cannot be read. No message holds a key's value.
 *
 * @param operation ends all calls of one operation when its time is over.
 * @param pace is shared by all that call the same account.
 */
export function createRequest(
  settings: Settings,
  dispatcher: Dispatcher,
  operation?: AbortSignal,
  pace = new Pace(),
): Request {
  const { apiUrl, credential, requestTimeout, maxRetries } = settings;
  const limited = limits(operation);
  const { origin, pathname } = new URL(apiUrl);
  const base = pathname.replace(/\/$/, "");
  const sendOnce = async <T>(call: Call<T>): Promise<T> => {
    const what = `${call.method} ${apiUrl}${call.path}`;
    const tries = call.method === "POST" ? 1 : maxRetries + 1;
    if (operation?.aborted)
      throw new NetworkError(`The operation took too long (before ${what})`, OUT_OF_TIME);
    const limit = limited(tries * requestTimeout + (tries - 1) * LONGEST_WAIT_MS);
    const query = call.query ? `?${new URLSearchParams(call.query)}` : "";
    try {
      const { statusCode, headers, body } = await dispatcher.request({
        origin,
        path: `${base}${call.path}${query}`,
        method: call.method,
        headers: {
          authorization: `Basic ${credential}`,
          accept: "application/json",
          ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: call.body === undefined ? null : JSON.stringify(call.body),
        signal: limit.signal,
      });
      const text = await body.text();
      const answer = parseJson(text);
      const failed = statusCode < 200 || statusCode > 299 || isFailure(answer);
      if (failed) throw apiError(what, statusCode, headers, answer, settings);
      return readAnswer(what, call.answer, answer, text);
    } catch (error) {
      if (error instanceof ApiError || error instanceof ResponseSchemaError) throw error;
      if (operation?.aborted)
        throw new NetworkError(`The operation took too long (${what})`, "OPERATION_LIMIT");
      throw networkError(what, error, settings);
    } finally {
      limit.lift();
    }
  };
  return async (call) => {
    for (let repeated = 0; ; repeated++) {
      const turn = await pace.turn(operation);
      try {
        const answer = await sendOnce(call);
        turn.passed();
        return answer;
      } catch (error) {
        const isLimited = error instanceof ApiError && error.status === 429;
        if (isLimited) turn.refused(error.retryAfter);
        else turn.passed();
        const isCut = error instanceof NetworkError && error.code === CUT_ANSWER;
        const mayRepeat = isCut || (isLimited && call.method !== "POST");
        if (!mayRepeat || repeated >= maxRetries) throw error;
        if (isLimited) await pause(waitBefore(repeated, error), operation);
      }
    }
  };
}

/**
 * Limits of time for calls, within that of their operation. `AbortSignal.any` with `AbortSignal.timeout` would do, but
 * Node 20 may collect such a signal before its time is over; and an emitter is a lighter signal.
 */
function limits(operation: AbortSignal | undefined) {
  const underWay = new Set<EndSignal>();
  const end = (signal: EndSignal) => signal.end();
  operation?.addEventListener("abort", () => underWay.forEach(end), { once: true });
  return (milliseconds: number) => {
    const signal = new EndSignal();
    underWay.add(signal);
    const timer = setTimeout(end, milliseconds, signal);
    return {
      signal,
      lift() {
        clearTimeout(timer);
        underWay.delete(signal);
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

function readAnswer<T>(what: string, schema: z.ZodType<T>, answer: unknown, text: string): T {
  if (answer === undefined && text !== "") {
    throw new ResponseSchemaError(
      `The answer to ${what} is not JSON; check that payengine:apiUrl is the address of PayEngine's API`,
    );
  }
  const result = schema.safeParse(unwrap(answer));
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.code}`);
  throw new ResponseSchemaError(
    `The answer to ${what} is not in the form of the contract (${issues.slice(0, 5).join("; ")})`,
  );
}

/** Answers may be wrapped in `{ data: … }`; a list keeps its `total`. */
function unwrap(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null || !("data" in answer)) return answer;
  return Array.isArray(answer.data) ? answer : answer.data;
}
