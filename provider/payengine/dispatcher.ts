import type { Agent, Dispatcher } from "undici";
import { type CallSettings, isLoopback } from "./settings";

/** Loaded with the first call: a preview makes none. */
const undici = (): typeof import("undici") => require("undici");

/**
 * The agent alone, which is a third of the library, as the library itself puts it together. A release of undici may move
 * its files: then the whole is loaded.
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

/** The largest answer that is read. */
export const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

/**
 * Opens connections to PayEngine: through the proxy that HTTPS_PROXY and NO_PROXY name, straight for this machine. It
 * repeats nothing and follows no redirect: the one retry policy is in retry-policy.ts.
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
    // The library's own message quotes the address, which may hold the proxy's password.
    throw new Error("HTTPS_PROXY or HTTP_PROXY is not a proxy's URL; correct or unset it.");
  }
}

/** Says whether calls to this address go through a proxy. */
export function isProxied(apiUrl: string, env: NodeJS.ProcessEnv = process.env): boolean {
  const proxy = env.https_proxy || env.HTTPS_PROXY || env.http_proxy || env.HTTP_PROXY;
  return Boolean(proxy) && !isLoopback(new URL(apiUrl).hostname);
}
