import { DecoratorHandler, type Dispatcher } from "undici";
import { z } from "zod";
import { createRequest, type Request } from "../../provider/client";
import type { Settings } from "../../provider/config";
import { openDispatcher } from "../../provider/connections";
import { ResponseSchemaError } from "../../provider/errors";
import { authenticates, type PayEngineApi, payEngineApi } from "../../provider/payengine-api";

/** PayEngine's calls, with what came over the wire beside what was understood. */
export interface ObservedClient {
  readonly api: PayEngineApi;
  /** Says whether PayEngine knows the credential, whatever its user may do. */
  authenticates(): Promise<boolean>;
  /** The latest answer that was a success, without `{ data: … }` around it. It may hold a key's value: never print it. */
  latest(): unknown;
  /** By how much PayEngine's clock is ahead of this machine's, in milliseconds; known after an answer with a Date. */
  clockAhead(): number | undefined;
  close(): Promise<void>;
}

export function observe(settings: Settings): ObservedClient {
  let latest: unknown;
  let ahead: number | undefined;
  const inner = openDispatcher(settings);
  const dispatcher = inner.compose(
    noteDates((date) => {
      ahead = date.getTime() - Date.now();
    }),
  );
  const send = createRequest(settings, dispatcher);
  const request: Request = async (call) => {
    latest = undefined;
    latest = await send({ ...call, answer: z.unknown() });
    const understood = call.answer.safeParse(latest);
    if (understood.success) return understood.data;
    throw new ResponseSchemaError(
      `The answer to ${call.method} ${call.path} is not in the form of the contract`,
    );
  };
  return {
    api: payEngineApi(request),
    authenticates: () => authenticates(request),
    latest: () => latest,
    clockAhead: () => ahead,
    close: () => inner.destroy(),
  };
}

type ResponseStart = Parameters<Required<Dispatcher.DispatchHandler>["onResponseStart"]>;

/** The library's types leave out what its handler has. */
const Decorator = DecoratorHandler as unknown as new (
  handler: Dispatcher.DispatchHandler,
) => { onResponseStart(...args: ResponseStart): void };

function noteDates(note: (date: Date) => void): Dispatcher.DispatcherComposeInterceptor {
  class DateHandler extends Decorator {
    override onResponseStart(...args: ResponseStart) {
      const date = new Date(String(args[2].date));
      if (!Number.isNaN(date.getTime())) note(date);
      super.onResponseStart(...args);
    }
  }
  return (dispatch) => (options, handler) => dispatch(options, new DateHandler(handler));
}
