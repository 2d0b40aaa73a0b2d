import type { Exchange } from "./exchanges";
import { isPlainName } from "./plain-words";

/** A host's label that is a name or a part of an address, and not a token. */
const LABEL = /^(?:\d{1,3}|[a-z]{1,20}\d{0,3}(?:-[a-z]{1,20}\d{0,3}){0,3})$/i;

/** A request with the parts of its path that payengine:contract needs. */
export interface RequestLine {
  /** Such as "POST /api-keys/{id}/reveal". */
  readonly line: string;
  /** Parts that are not words, and that are not shown because they may be secret, such as "<part 2>". */
  readonly hidden: readonly string[];
}

/**
 * The request line below the API's address.
 *
 * @param base number of the path's parts that belong to the API's address.
 * @param id the key's ID, shown as {id}.
 */
export function requestLine(
  { method, segments }: Exchange,
  base: number,
  id: string | undefined,
): RequestLine {
  const at = id === undefined ? -1 : segments.lastIndexOf(id);
  const parts = segments.map((part, index) => (index === at ? "{id}" : pathPart(part, index)));
  const shown = parts.slice(base);
  return { line: `${method} /${shown.join("/")}`, hidden: shown.filter(isHidden) };
}

/** The API's address, with hidden parts such as "<part 1>". */
export function addressOf({ origin, segments }: Exchange, base: number): RequestLine {
  const { protocol, hostname, port } = new URL(origin);
  const labels = hostname.startsWith("[") ? [hostname] : hostname.split(".").map(hostPart);
  const host = `${labels.join(".")}${port === "" ? "" : `:${port}`}`;
  const parts = segments.slice(0, base).map(pathPart);
  const line = [`${protocol}//${host}`, ...parts].join("/");
  return { line, hidden: [...labels, ...parts].filter(isHidden) };
}

/** A host's name, in which labels that may be secret are hidden. */
export function hostName(host: string): string {
  return host.startsWith("[") ? host : host.split(".").map(hostPart).join(".");
}

function pathPart(part: string, index: number): string {
  return isPlainName(part) ? part : `<part ${index + 1}>`;
}

function hostPart(label: string): string {
  return LABEL.test(label.replace(/:\d+$/, "")) ? label : "<host>";
}

function isHidden(part: string): boolean {
  return part.startsWith("<");
}
