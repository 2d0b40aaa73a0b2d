import { gunzipSync } from "node:zlib";
import { parseJson } from "../../provider/payengine/parse-json";
import type { HarEntry } from "./har-file";
import { isObject } from "./shape";

/** One request and its response. It holds secrets: print only what request-line.ts and plain-words.ts let through. */
export interface Exchange {
  readonly method: string;
  /** Scheme, host and port. */
  readonly origin: string;
  readonly host: string;
  /** Parts of the path, without percent-encoding. */
  readonly segments: readonly string[];
  /** Names and values of the query. */
  readonly query: readonly (readonly [string, string])[];
  /** Names are in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  readonly hasCookie: boolean;
  readonly sentAs: "nothing" | "JSON" | "a form" | "something else";
  /** The request's body: an object if it is JSON or a form. */
  readonly sent: unknown;
  readonly status: number;
  /** The response's body as text; empty if it is not in the recording. */
  readonly text: string;
  /** The parsed body, if it is JSON. */
  readonly raw: unknown;
}

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/** Bodies that cannot be a response of an API. */
const NO_DATA = /^(image|font|audio|video)\/|css|javascript|wasm/i;
/** Bytes that a compressed body may have, and all of them together: a small file can unpack to any size. */
const LARGEST_UNPACKED = 10_000_000;
const MOST_UNPACKED = 10 * LARGEST_UNPACKED;

/** The requests of a recording in their order, without preflights and aborted requests. */
export function exchangesOf(entries: readonly HarEntry[]): readonly Exchange[] {
  let room = MOST_UNPACKED;
  const sorted = entries
    .map((entry) => ({ entry, at: Date.parse(entry.startedDateTime) || 0 }))
    .sort((one, other) => one.at - other.at);
  return sorted.flatMap(({ entry }) => {
    const { request, response } = entry;
    const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) return [];
    if (!METHODS.includes(request.method) || response.status === 0) return [];
    const text = textOf(response.content, room);
    room -= text.length;
    const headers = new Map(request.headers.map(({ name, value }) => [name.toLowerCase(), value]));
    return [
      {
        method: request.method,
        origin: url.origin,
        host: url.host,
        segments: url.pathname
          .split("/")
          .filter((part) => part !== "")
          .map(decoded),
        query: [...url.searchParams],
        headers,
        hasCookie: request.cookies.length > 0 || headers.has("cookie"),
        ...bodyOf(request.postData),
        status: response.status,
        text,
        raw: parseJson(text),
      },
    ];
  });
}

export function isSuccess({ status }: Exchange): boolean {
  return status >= 200 && status < 300;
}

function bodyOf(data: HarEntry["request"]["postData"]): Pick<Exchange, "sent" | "sentAs"> {
  if (data === undefined || (data.text === "" && data.params.length === 0))
    return { sent: undefined, sentAs: "nothing" };
  const json = parseJson(data.text);
  if (isObject(json) || Array.isArray(json)) return { sent: json, sentAs: "JSON" };
  if (data.params.length > 0) {
    const pairs = data.params.map(({ name, value }) => [name, value]);
    return { sent: Object.fromEntries(pairs), sentAs: "a form" };
  }
  if (/urlencoded/i.test(data.mimeType))
    return { sent: Object.fromEntries(new URLSearchParams(data.text)), sentAs: "a form" };
  return { sent: undefined, sentAs: "something else" };
}

function textOf({ text, encoding, mimeType }: HarEntry["response"]["content"], room: number): string {
  if (text === "" || NO_DATA.test(mimeType)) return "";
  return (encoding === "base64" ? unpacked(Buffer.from(text, "base64"), room) : text).replace(/^\uFEFF/, "");
}

/** Some browsers record a compressed body as it came. */
function unpacked(bytes: Buffer, room: number): string {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isGzip) return bytes.toString("utf8");
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.max(1, Math.min(room, LARGEST_UNPACKED)) }).toString(
      "utf8",
    );
  } catch {
    return "";
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
