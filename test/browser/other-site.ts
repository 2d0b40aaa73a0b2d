import { createServer, request as requestOf, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A web site of somebody else. Its pages are empty; tests run scripts in them. */
export interface OtherSite {
  /** Host and port, such as `127.0.0.1:8080`. */
  readonly address: string;
  /** The cookies that browsers sent to it. */
  readonly cookies: readonly string[];
  /**
   * Moves the site's names to 127.0.0.1 after its start page is loaded (DNS rebinding): all later requests of the browser
   * to them reach this sandbox unchanged.
   */
  rebind(sandboxUrl: string): void;
}

/** A site for the tests of a file. */
export function useOtherSite(): OtherSite {
  let target: URL | undefined;
  const cookies: string[] = [];
  const server: Server = createServer((request, response) => {
    const { url: path = "/", method, headers } = request;
    if (headers.cookie) cookies.push(headers.cookie);
    if (path === "/" || target === undefined || !headers.host?.includes(".example")) {
      response
        .writeHead(200, { "content-type": "text/html" })
        .end("<!doctype html><title>Other site</title>");
      return;
    }
    const { hostname: host, port } = target;
    const onward = requestOf({ host, port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  beforeAll(() => new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening)));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    cookies,
    get address() {
      return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    rebind(sandboxUrl) {
      target = new URL(sandboxUrl);
    },
  };
}
