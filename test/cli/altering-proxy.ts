import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A response of PayEngine in transit. */
export interface ProxiedAnswer {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** Changes the responses of a sandbox, to simulate servers with another contract. */
export async function startAlteringProxy(target: string, alter: (answer: ProxiedAnswer) => void) {
  const origin = new URL(target).origin;
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = "GET", url = "/", headers } = request;
    const { authorization = "", "content-type": type } = headers;
    const upstream = await fetch(`${origin}${url}`, {
      method,
      headers: { authorization, ...(type && { "content-type": type }) },
      ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
    });
    const text = await upstream.text();
    const answer: ProxiedAnswer = {
      method,
      path: url.replace(/^\/api/, ""),
      status: upstream.status,
      headers: { "content-type": "application/json" },
      body: text === "" ? undefined : JSON.parse(text),
    };
    alter(answer);
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body === undefined ? "" : JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
