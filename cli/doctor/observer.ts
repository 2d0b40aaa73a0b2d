import type { Dispatcher } from "undici";
import type { Settings } from "../../provider/api-key/context";
import { type PayEngineClient, payEngineClient } from "../../provider/payengine/calls";
import type { CallName, Contract } from "../../provider/payengine/contract";
import { openDispatcher } from "../../provider/payengine/dispatcher";
import { type Connection, connectionBy, createRequest, type Request } from "../../provider/payengine/http";

/** One HTTP response without its body. */
export interface Response {
  readonly status: number;
  readonly content: "JSON" | "a web page" | "nothing" | "something else";
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** One request and its result. */
export interface Seen<T = unknown> {
  /** For the report, such as "list page 2". */
  readonly label: string;
  readonly call: CallName;
  /** Such as "GET /api-keys". */
  readonly line: string;
  /** The last response; undefined if none arrived. */
  readonly response: Response | undefined;
  /** The body of a success. It may hold a key's value: never print it. */
  readonly raw: unknown;
  /** The parsed body; undefined if parsing failed. */
  readonly value: T | undefined;
  readonly error: unknown;
}

/** Sends requests to PayEngine, and keeps raw bodies beside parsed ones. */
export class Observer {
  readonly client: PayEngineClient;
  private raw: unknown;

  private constructor(
    private readonly settings: Settings,
    private readonly wire: Wire,
    /** Every request so far, also by observers made from this one. */
    readonly seen: Seen[] = [],
  ) {
    const send = createRequest(settings, wire.connection);
    const request: Request = (call) => {
      const read = (answer: unknown) => {
        this.raw = answer;
        return call.read(answer);
      };
      return send({ ...call, read });
    };
    this.client = payEngineClient(request, settings.contract);
  }

  /** @throws Error if the proxy's address is invalid. */
  static open(settings: Settings): Observer {
    return new Observer(settings, new Wire(settings));
  }

  get contract(): Contract {
    return this.settings.contract;
  }

  withContract(contract: Contract): Observer {
    return new Observer({ ...this.settings, contract }, this.wire, this.seen);
  }

  withCredential(credential: string): Observer {
    return new Observer({ ...this.settings, credential }, this.wire, this.seen);
  }

  /** Sends one request; never throws. */
  async ask<T>(
    call: CallName,
    act: (client: PayEngineClient) => Promise<T>,
    label: string = call,
  ): Promise<Seen<T>> {
    this.raw = undefined;
    this.wire.latest = undefined;
    let value: T | undefined;
    let error: unknown;
    try {
      value = await act(this.client);
    } catch (thrown) {
      error = thrown;
    }
    const seen = {
      label,
      call,
      line: callLine(call, this.contract),
      response: this.wire.latest,
      raw: this.raw,
    };
    this.seen.push({ ...seen, value, error });
    return { ...seen, value, error };
  }

  /** Milliseconds that PayEngine's clock is ahead of this machine's; known after a response with a Date. */
  clockAhead(): number | undefined {
    return this.wire.ahead;
  }

  close(): Promise<void> {
    return this.wire.close();
  }
}

/** The call as the contract has it, such as "GET /api-keys". */
export function callLine(call: CallName, contract: Contract): string {
  const spec = contract.calls[call];
  return spec === undefined ? "none" : `${spec.method} ${spec.path}`;
}

/** The connection and its latest response. */
class Wire {
  readonly connection: Connection;
  latest: Response | undefined;
  ahead: number | undefined;
  private readonly dispatcher: Dispatcher;

  constructor(settings: Settings) {
    this.dispatcher = openDispatcher(settings);
    // A connection uses only `request` of its dispatcher.
    const request: Dispatcher["request"] = async (options: Dispatcher.RequestOptions) => {
      const response = await this.dispatcher.request(options);
      const { statusCode: status, headers } = response;
      this.latest = { status, content: contentOf(status, headers), headers };
      return response;
    };
    const dispatcher = { request } as Dispatcher;
    const noteDate = (date: Date) => {
      this.ahead = date.getTime() - Date.now();
    };
    this.connection = { ...connectionBy(dispatcher), noteDate };
  }

  close(): Promise<void> {
    return this.dispatcher.destroy();
  }
}

function contentOf(status: number, headers: Response["headers"]): Response["content"] {
  const type = String(headers["content-type"] ?? "");
  if (/json/i.test(type)) return "JSON";
  if (/html/i.test(type)) return "a web page";
  return status === 204 || (type === "" && headers["content-length"] === "0") ? "nothing" : "something else";
}
