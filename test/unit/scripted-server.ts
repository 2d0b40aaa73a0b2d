import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it came in. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
}

/** A local HTTP server with responses written by a test, for responses that the sandbox never sends. */
export class ScriptedServer {
  readonly received: Received[] = [];
  private readonly server: Server;

  private constructor(answer: (response: ServerResponse, count: number) => void) {
    const listener: RequestListener = (request, response) => {
      const { method = "", url = "", headers } = request;
      this.received.push({ method, url, headers });
      request.resume().once("end", () => answer(response, this.received.length));
    };
    this.server = createServer(listener);
  }

  /** @param answer receives the number of requests so far. */
  static async open(answer: (response: ServerResponse, count: number) => void): Promise<ScriptedServer> {
    const scripted = new ScriptedServer(answer);
    scripted.server.listen(0, "127.0.0.1");
    await once(scripted.server, "listening");
    return scripted;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/api`;
  }

  async close(): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

/** Responds with this status and body. */
export function reply(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return (response: ServerResponse) => response.writeHead(status, headers).end(text);
}
