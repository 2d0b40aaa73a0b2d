import type { Dispatcher } from "undici";
import { createRequest, type Request } from "../../provider/client";
import type { Settings } from "../../provider/config";
import { openDispatcher } from "../../provider/connections";
import { type PayEngineApi, payEngineApi } from "../../provider/payengine-api";

/** Shaped as PayEngine's private keys are. */
export const CREDENTIAL = "c0ffee".repeat(17);

const open: Dispatcher[] = [];

/** A client for one test, closed by {@link closeClients}. */
export function client(
  apiUrl: string,
  settings: Partial<Settings> = {},
  operation?: AbortSignal,
): { api: PayEngineApi; request: Request } {
  const all: Settings = {
    apiUrl,
    credential: CREDENTIAL,
    accountId: undefined,
    requestTimeout: 2_000,
    maxRetries: 0,
    ...settings,
  };
  const dispatcher = openDispatcher(all);
  open.push(dispatcher);
  const request = createRequest(all, dispatcher, operation);
  return { request, api: payEngineApi(request) };
}

export async function closeClients(): Promise<void> {
  await Promise.all(open.splice(0).map((dispatcher) => dispatcher.destroy()));
}
