import { once } from "node:events";
import { type OutgoingHttpHeaders, request } from "node:http";
import { text } from "node:stream/consumers";

/** A request as it goes over the wire. */
export interface Call {
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: unknown;
}

/** Sends the given headers unchanged; `fetch` would set Host itself. */
export async function call(url: string, { method = "GET", headers = {}, body }: Call = {}) {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  const sent = request(url, { method, headers: { ...json, ...headers }, agent: false });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  const [answer] = await once(sent, "response");
  const said = await text(answer);
  const isJson = answer.headers["content-type"]?.startsWith("application/json");
  return { status: answer.statusCode, body: isJson ? JSON.parse(said) : said || undefined };
}
