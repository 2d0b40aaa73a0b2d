import type { Entry, Har, Header } from "har-format";

/** Sends real requests, and records them as a browser's network tab does. */
export class HarRecorder {
  readonly entries: Entry[] = [];

  /** Sends a request and records it. @returns the parsed body; undefined if it is not JSON. */
  async send(method: string, url: string, headers: Record<string, string>, body?: unknown): Promise<unknown> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const sent = { ...headers, ...(text !== undefined && { "content-type": "application/json" }) };
    const startedDateTime = new Date(Date.now() + this.entries.length).toISOString();
    const response = await fetch(url, { method, headers: sent, ...(text !== undefined && { body: text }) });
    const answer = await response.text();
    const mimeType = response.headers.get("content-type") ?? "";
    this.entries.push({
      startedDateTime,
      time: 1,
      request: {
        method,
        url,
        httpVersion: "HTTP/1.1",
        cookies: [],
        headers: pairs(Object.entries(sent)),
        queryString: pairs([...new URL(url).searchParams]),
        headersSize: -1,
        bodySize: text?.length ?? 0,
        ...(text !== undefined && { postData: { mimeType: "application/json", text } }),
      },
      response: {
        status: response.status,
        statusText: response.statusText,
        httpVersion: "HTTP/1.1",
        cookies: [],
        headers: pairs([...response.headers]),
        content: { size: answer.length, mimeType, text: answer },
        redirectURL: "",
        headersSize: -1,
        bodySize: answer.length,
      },
      cache: {},
      timings: { send: 0, wait: 1, receive: 0 },
    });
    return answer === "" || !mimeType.includes("json") ? undefined : JSON.parse(answer);
  }
}

/** A recording with these requests. */
export function harOf(entries: readonly Entry[]): Har {
  return {
    log: { version: "1.2", creator: { name: "WebInspector", version: "537.36" }, entries: [...entries] },
  };
}

function pairs(entries: readonly (readonly [string, string])[]): Header[] {
  return entries.map(([name, value]) => ({ name, value }));
}
