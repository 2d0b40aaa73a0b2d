import type { Agent, Dispatcher } from "undici";
import { isLoopback, type Settings } from "./config";
import { KeyError } from "./errors";

/** Loaded with the first call: a preview makes none. */
const undici = (): typeof import("undici") => require("undici");

/** The largest answer that is read. */
export const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

/** The longest wait before a repetition, in milliseconds, whatever Retry-After asks for. */
export const LONGEST_WAIT_MS = 30_000;

/** The code of an answer to a GET that was cut: it is read again as a whole. */
export const CUT_ANSWER = "CUT_ANSWER";

const RETRIED_CODES = [
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
];

/**
 * Opens connections to PayEngine: through the proxy that HTTPS_PROXY and NO_PROXY name, straight for this machine.
 * Repeats GET and DELETE, which are idempotent; a POST is sent once.
 */
export function openDispatcher(settings: Settings): Dispatcher {
  const { requestTimeout, maxRetries } = settings;
  const limits = {
    connect: { timeout: requestTimeout },
    headersTimeout: requestTimeout,
    bodyTimeout: requestTimeout,
    maxResponseSize: MAX_RESPONSE_BYTES,
  };
  const retry = undici().interceptors.retry({
    maxRetries,
    methods: ["GET", "DELETE"],
    errorCodes: RETRIED_CODES,
    // A 429 concerns all calls: the client waits for those together.
    statusCodes: [500, 502, 503, 504],
    minTimeout: 250,
    maxTimeout: LONGEST_WAIT_MS,
    throwOnError: false,
  });
  return connections(settings.apiUrl, limits).compose(refuseResuming, retry);
}

/** Says whether calls to this address go through a proxy. */
export function isProxied(apiUrl: string, env: NodeJS.ProcessEnv = process.env): boolean {
  const proxy = env.https_proxy || env.HTTPS_PROXY || env.http_proxy || env.HTTP_PROXY;
  return Boolean(proxy) && !isLoopback(new URL(apiUrl).hostname);
}

function connections(apiUrl: string, limits: Agent.Options): Dispatcher {
  const { Agent, EnvHttpProxyAgent } = undici();
  if (!isProxied(apiUrl)) return new Agent(limits);
  try {
    return new EnvHttpProxyAgent(limits);
  } catch {
    // The library's own message quotes the address, which may hold the proxy's password.
    throw new KeyError("HTTPS_PROXY or HTTP_PROXY is not a proxy's URL; correct or unset it.");
  }
}

/** The retry interceptor would ask for the rest of a cut answer, and splice two states of a list into one. */
const refuseResuming: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  if (options.headers && "range" in options.headers) {
    throw Object.assign(new Error("the answer was cut"), { code: CUT_ANSWER });
  }
  return dispatch(options, handler);
};
