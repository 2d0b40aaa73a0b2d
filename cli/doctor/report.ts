import type { Settings } from "../../provider/api-key/context";
import { type CallSpec, type Contract, DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { ApiError, NetworkError } from "../../provider/payengine/errors";
import { HIDDEN, isFieldName, isObject, shapeOf, told } from "../contract/shape";
import type { Finding } from "./finding";
import type { Seen } from "./observer";

const HOSTS: Readonly<Record<string, string>> = {
  "console.payengine.co": "PayEngine's production",
  "console.payengine.dev": "PayEngine's sandbox",
};

const HEADERS = (
  "retry-after x-request-id request-id x-correlation-id cf-ray date etag link x-ratelimit-limit x-ratelimit-remaining " +
  "ratelimit ratelimit-policy x-total-count idempotency-key"
).split(" ");

/** What doctor saw, without values, IDs or names: safe for a public issue. */
export function reportOf(
  version: string,
  settings: Settings | undefined,
  seen: readonly Seen[],
  findings: readonly Finding[],
) {
  return {
    report: "pulumi-payengine doctor",
    version,
    host: settings && hostOf(settings.apiUrl),
    contract: settings && contractOf(settings.contract),
    // Repeats of a request add nothing.
    calls: [...new Map(seen.map((it) => [it.label, callOf(it)])).values()],
    checks: findings.map(({ check, status }) => `${status} ${check}`),
    suggested: [...new Set(findings.flatMap(({ changes = [] }) => changes.map(({ path }) => path)))],
  };
}

function hostOf(apiUrl: string): string {
  const { hostname, protocol } = new URL(apiUrl);
  return HOSTS[hostname] ?? (protocol === "http:" ? "this machine" : "another host");
}

/** A user's contract may have an ID in a path, or private words. */
function contractOf({ kind, calls, authorization, fields, types, revokedStatuses }: Contract) {
  const lines = Object.entries(calls).flatMap(([name, spec]) =>
    spec ? [[name, wordsOnly(spec)] as const] : [],
  );
  return {
    kind,
    calls: Object.fromEntries(lines),
    authorization: /^[A-Za-z]{1,20} \{key\}$/.test(authorization) ? authorization : "another form",
    fields: Object.fromEntries(
      Object.entries(fields).map(([field, name]) => [field, isFieldName(name) ? name : HIDDEN]),
    ),
    types: JSON.stringify(types) === JSON.stringify(DEFAULT_CONTRACT.types) ? "the default" : "other words",
    revokedStatuses: revokedStatuses.length,
  };
}

/** The request line, with only words in its path. */
function wordsOnly({ method, path }: CallSpec): string {
  const parts = path
    .split("/")
    .map((part) => (/^([a-z_.-]{1,30}|v\d+|\{id\})?$/i.test(part) ? part : HIDDEN));
  return `${method} ${parts.join("/")}`;
}

function callOf({ label, call, response, raw, value, error }: Seen) {
  const isList = call === "list" || (call === "works" && Array.isArray(Object(raw).data ?? raw));
  return {
    call: label,
    status: response?.status ?? "no response",
    content: response?.content,
    outcome: value === undefined && error !== undefined ? failureOf(error) : "understood",
    shape: raw === undefined ? undefined : shapeOfAnswer(raw, isList ? "list" : "object"),
    headers: HEADERS.filter((name) => response?.headers[name] !== undefined),
  };
}

function shapeOfAnswer(raw: unknown, wanted: "list" | "object") {
  if (!isObject(raw) && !Array.isArray(raw)) return raw === null ? "null" : typeof raw;
  const shape = shapeOf(raw, wanted);
  const fields = Object.entries(shape.fields).map(([name, kinds]) => [name, kinds.join(" or ")]);
  return {
    form: told(shape),
    fields: Object.fromEntries(fields),
    beside: shape.beside,
    fieldsNotNamed: shape.unnamed,
  };
}

function failureOf(error: unknown): string {
  if (error instanceof ApiError) {
    const form = error.byContract ? "a published error format" : "no published error format";
    const about = [error.kind, ...(error.code === undefined ? [] : [error.code])].join(", ");
    return `${form}: ${about}`;
  }
  return error instanceof NetworkError ? error.code : "not in the contract's format";
}
