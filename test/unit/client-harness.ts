import type { Dispatcher } from "undici";
import { type PayEngineClient, payEngineClient } from "../../provider/payengine/calls";
import { DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { openDispatcher } from "../../provider/payengine/dispatcher";
import { connectionBy, createRequest, type Request } from "../../provider/payengine/http";
import type { CallSettings } from "../../provider/payengine/settings";

/** Has the format of PayEngine's private keys. */
export const CREDENTIAL = "c0ffee".repeat(17);

const open: Dispatcher[] = [];

/** A client for one test, closed by {@link closeClients}. */
export function client(
  apiUrl: string,
  settings: Partial<CallSettings> = {},
  operation?: AbortSignal,
): { api: PayEngineClient; request: Request } {
  const all: CallSettings = {
    apiUrl,
    credential: CREDENTIAL,
    requestTimeout: 2_000,
    maxRetries: 0,
    contract: DEFAULT_CONTRACT,
    ...settings,
  };
  const dispatcher = openDispatcher(all);
  open.push(dispatcher);
  const request = createRequest(all, connectionBy(dispatcher), operation);
  return { request, api: payEngineClient(request, all.contract) };
}

export async function closeClients(): Promise<void> {
  await Promise.all(open.splice(0).map((dispatcher) => dispatcher.destroy()));
}
