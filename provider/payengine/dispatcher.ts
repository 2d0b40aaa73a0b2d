import type { Agent, Dispatcher } from "undici";
import { type CallSettings, isLoopback } from "./settings";

/** Loaded on first use: a preview sends no request. */
const undici = (): typeof import("undici") => require("undici");

/**
 * Loads only undici's agent, a third of the library, the way the library assembles it. If a release of undici moves its
 * files, the whole library is loaded.
 */
function agentAlone(): typeof Agent {
  try {
    const Dispatcher = require("undici/lib/dispatcher/dispatcher");
    Dispatcher.prototype.request ??= require("undici/lib/api/api-request");
    return require("undici/lib/dispatcher/agent");
  } catch {
    return undici().Agent;
  }
}

/** Maximum size of a response. */
export const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

/**
 * Opens connections to PayEngine: through the proxy of HTTPS_PROXY and NO_PROXY, directly for localhost. It does not retry
 * (see retry-policy.ts) or follow redirects.
 */
export function openDispatcher({
  apiUrl,
  requestTimeout,
}: Pick<CallSettings, "apiUrl" | "requestTimeout">): Dispatcher {
  const limits: Agent.Options = {
    connect: { timeout: requestTimeout },
    headersTimeout: requestTimeout,
    bodyTimeout: requestTimeout,
    maxResponseSize: MAX_RESPONSE_BYTES,
  };
  if (!isProxied(apiUrl)) {
    const Agent = agentAlone();
    return new Agent(limits);
  }
  const { EnvHttpProxyAgent } = undici();
  try {
    return new EnvHttpProxyAgent(limits);
  } catch {
    // The library's message quotes the URL, which may contain the proxy's password.
    throw new Error("HTTPS_PROXY or HTTP_PROXY is not a proxy's URL; correct or unset it.");
  }
}

/** Whether requests to this address go through a proxy. */
export function isProxied(apiUrl: string, env: NodeJS.ProcessEnv = process.env): boolean {
  const proxy = env.https_proxy || env.HTTPS_PROXY || env.http_proxy || env.HTTP_PROXY;
  return Boolean(proxy) && !isLoopback(new URL(apiUrl).hostname);
}
