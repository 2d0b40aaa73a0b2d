import ms from "ms";
import { z } from "zod";
import type { Settings } from "./config";
import { CUT_ANSWER, isProxied, LONGEST_WAIT_MS, MAX_RESPONSE_BYTES } from "./connections";
import { ApiError, NetworkError, NotFoundError, ResponseSchemaError } from "./errors";
import { redact } from "./redact";

/** A failure as PayEngine words it, whatever the status. */
export const FailureBody = z.object({ error: z.literal(true), message: z.string() });

/** Says whether an answer is a failure by its body. */
export function isFailure(answer: unknown): boolean {
  const mayBe = typeof answer === "object" && answer !== null && "error" in answer;
  return mayBe && FailureBody.safeParse(answer).success;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** @param what method and address of the call. */
export function apiError(
  what: string,
  status: number,
  headers: Headers,
  answer: unknown,
  { credential }: Settings,
): ApiError {
  const body = FailureBody.safeParse(answer);
  const said = body.success ? `: ${redact(body.data.message, [credential])}` : "";
  const message = `PayEngine answered ${status} to ${what}${said}${hint(status)}`;
  if (status === 404) return new NotFoundError(message, body.success);
  return new ApiError(message, status, body.success, retryAfter(headers["retry-after"]));
}

function hint(status: number): string {
  switch (status) {
    case 401:
      return (
        ". The credential is unknown or revoked: set payengine:apiKey or PAYENGINE_API_KEY (for an explicit provider " +
        "its apiKey, or the variable of its credentialEnv) to a private key that works; destroy and refresh use the one " +
        "that state recorded unless --run-program is given"
      );
    case 403:
      return ". Managing keys needs a credential whose user has the Admin or Developer role";
    case 404:
      return ". This account or address may not offer it: check payengine:apiUrl";
    case 429:
      return ". Wait, or raise payengine:maxRetries";
    default:
      return status >= 300 && status < 400
        ? ". Redirects are not followed: set payengine:apiUrl to the final address"
        : "";
  }
}

/** Seconds, or a date. */
function retryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== "string") return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_WAIT_MS);
}

const FIRST_WAIT_MS = 500;

/** Milliseconds to wait before a call that was refused is repeated, for the first time where `repeated` is 0. */
export function waitBefore(repeated: number, error: unknown): number {
  const asked = error instanceof ApiError ? error.retryAfter : undefined;
  return Math.min(asked ?? FIRST_WAIT_MS * 2 ** repeated, LONGEST_WAIT_MS);
}

/** @param what method and address of the call. */
export function networkError(
  what: string,
  error: unknown,
  { apiUrl, requestTimeout }: Settings,
): NetworkError | ResponseSchemaError {
  const code = codeOf(error);
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") {
    return new ResponseSchemaError(
      `The answer to ${what} is larger than ${MAX_RESPONSE_BYTES / 1024 / 1024} MiB`,
    );
  }
  const proxy = isProxied(apiUrl)
    ? "; a proxy is set in HTTPS_PROXY or HTTP_PROXY: check it and its credentials"
    : "";
  return new NetworkError(`${reasonFor(code, requestTimeout)}${proxy} (${what}, ${code})`, code);
}

function codeOf(error: unknown): string {
  // By its fields: an error of another realm, as test runners make them, is no instance of this one's Error.
  const { name, code }: { name?: unknown; code?: unknown } = Object(error);
  if (name === "TimeoutError") return "TIMEOUT";
  // The retry interceptor repeats what was cut before its first byte, and then misses the range that it never asked for.
  if (code === "UND_ERR_REQ_RETRY") return CUT_ANSWER;
  return typeof code === "string" ? code : String(name ?? "UNKNOWN");
}

function reasonFor(code: string, requestTimeout: number): string {
  const address = "check payengine:apiUrl and the network";
  if (code === "ECONNREFUSED") return `PayEngine refused the connection; ${address}`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `PayEngine's host name was not found; ${address}`;
  if (/TIMEOUT|ETIMEDOUT/.test(code)) {
    return `PayEngine did not answer within ${ms(requestTimeout)}; try again or raise payengine:requestTimeout`;
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY|EPROTO/.test(code)) {
    return "No trusted TLS connection to PayEngine; check the address, the clock and NODE_EXTRA_CA_CERTS";
  }
  if (code === "UND_ERR_ABORTED") return "No connection to PayEngine was opened";
  if (code === CUT_ANSWER) return "PayEngine's answer was cut off; try again";
  return "The connection to PayEngine was lost before an answer came; try again";
}
