import type { Dispatcher } from "undici";
import { accountLookup } from "./account";
import type { Context } from "./api-key/context";
import { createRequest } from "./client";
import { operationLimit, type Settings } from "./config";
import { openDispatcher } from "./connections";
import { authenticates, payEngineApi } from "./payengine-api";
import type { Watchdog } from "./watchdog/watchdog";

/**
 * Makes the context of one operation. Connections and the account's id are kept for as long as the settings stay the
 * same; the limit of time is each operation's own.
 */
export function contextMaker(
  host: Pick<Context, "engine" | "now" | "sleep"> & { readonly watchdog: Watchdog },
): (settings: Settings) => Context {
  let kept: { key: string; dispatcher: Dispatcher; account: Context["account"] } | undefined;
  return (settings) => {
    const key = JSON.stringify(settings);
    if (kept?.key !== key) {
      const dispatcher = openDispatcher(settings);
      kept = { key, dispatcher, account: accountLookup(payEngineApi(createRequest(settings, dispatcher))) };
    }
    const { dispatcher } = kept;
    const limit = AbortSignal.timeout(operationLimit(settings));
    const { accountId: pinnedAccount, credential, requestTimeout, maxRetries } = settings;
    const { engine, now, sleep } = host;
    return {
      authenticates: (token) =>
        authenticates(createRequest({ ...settings, credential: token }, dispatcher, limit)),
      api: payEngineApi(createRequest(settings, dispatcher, limit)),
      account: kept.account,
      watchdog: {
        expect: (uniqueName) => host.watchdog.expect(settings, uniqueName),
        forget: (uniqueName) => host.watchdog.forget(uniqueName),
      },
      ...{ pinnedAccount, credential, requestTimeout, maxRetries, engine, now, sleep },
    };
  };
}
