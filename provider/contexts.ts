import type { Dispatcher } from "undici";
import { accountLookup } from "./account";
import type { Context } from "./api-key/context";
import { createRequest } from "./client";
import { operationLimit, type Settings } from "./config";
import { openDispatcher } from "./connections";
import { Pace } from "./pace";
import { authenticates, payEngineApi } from "./payengine-api";
import { sharedReads } from "./shared-reads";
import type { Watchdog } from "./watchdog/watchdog";

/** What all operations with the same settings have in common. */
interface Shared {
  readonly key: string;
  readonly dispatcher: Dispatcher;
  readonly pace: Pace;
  readonly account: Context["account"];
  readonly reads: ReturnType<typeof sharedReads>;
}

/**
 * Makes the context of one operation. Connections, the account's id and lists are kept for as long as the settings stay
 * the same; the limit of time is each operation's own.
 */
export function contextMaker(
  host: Pick<Context, "engine" | "now" | "sleep"> & { readonly watchdog: Watchdog },
): (settings: Settings) => Context {
  let kept: Shared | undefined;
  return (settings) => {
    const key = JSON.stringify(settings);
    if (kept?.key !== key) kept = { key, ...sharedBy(settings) };
    const { dispatcher, pace, account, reads } = kept;
    const limit = AbortSignal.timeout(operationLimit(settings));
    const api = payEngineApi(createRequest(settings, dispatcher, limit, pace));
    const { accountId: pinnedAccount, credential, requestTimeout, maxRetries } = settings;
    const { engine, now, sleep } = host;
    return {
      authenticates: (token) =>
        authenticates(createRequest({ ...settings, credential: token }, dispatcher, limit, pace)),
      readKey: reads(api),
      ...{ api, account },
      watchdog: {
        expect: (uniqueName) => host.watchdog.expect(settings, uniqueName),
        forget: (uniqueName) => host.watchdog.forget(uniqueName),
      },
      ...{ pinnedAccount, credential, requestTimeout, maxRetries, engine, now, sleep },
    };
  };
}

function sharedBy(settings: Settings): Omit<Shared, "key"> {
  const dispatcher = openDispatcher(settings);
  const pace = new Pace();
  const api = (limit?: AbortSignal) => payEngineApi(createRequest(settings, dispatcher, limit, pace));
  return {
    ...{ dispatcher, pace },
    account: accountLookup(api()),
    reads: sharedReads(() => api(AbortSignal.timeout(settings.requestTimeout))),
  };
}
