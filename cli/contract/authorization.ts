import { DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import type { ContractChange } from "./contract-lines";
import type { Exchange } from "./exchanges";
import { INEXPRESSIBLE, type Lesson, missing, sure, unsure } from "./learned";

/** How a console's requests say who sends them, by the form of their headers. */
type Authorization =
  | { readonly kind: "key"; readonly header: string; readonly isCertain: boolean }
  /** A person is signed in, so the requests say nothing about private keys. */
  | { readonly kind: "session"; readonly by: string }
  /** A header that payengine:contract cannot express. */
  | { readonly kind: "other"; readonly what: string }
  /** The browser left the headers out. */
  | { readonly kind: "unknown" };

const PRIVATE_KEY = /^[0-9a-f]{108}$/i;
const JWT = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;
const SCHEME = /^[A-Za-z]{1,20}$/;
const TOKEN_HEADER =
  /^(?!.*(csrf|xsrf|idempot|request))[a-z-]*(api-?key|token|auth|secret|signature)[a-z-]*$/;
/** Shorter tokens may be in a response by chance. */
const SHORTEST_TOKEN = 16;

function authorizationOf(request: Exchange, exchanges: readonly Exchange[]): Authorization {
  const header = request.headers.get("authorization");
  if (header !== undefined) return byHeader(header.trim(), exchanges);
  const [name, value = ""] = [...request.headers].find(([it]) => TOKEN_HEADER.test(it)) ?? [];
  if (name !== undefined && JWT.test(value)) return { kind: "session", by: `a JSON web token in ${name}` };
  if (name !== undefined) return { kind: "other", what: `the header ${name}` };
  return request.hasCookie ? { kind: "session", by: "a cookie" } : { kind: "unknown" };
}

function byHeader(header: string, exchanges: readonly Exchange[]): Authorization {
  const [first = "", second, ...rest] = header.split(" ");
  if (second === undefined && PRIVATE_KEY.test(first))
    return { kind: "key", header: "{key}", isCertain: true };
  if (second === undefined || rest.length > 0 || !SCHEME.test(first))
    return { kind: "other", what: "an Authorization header of another form than a word and a token" };
  if (JWT.test(second)) return { kind: "session", by: `a JSON web token (${first} eyJ…)` };
  if (PRIVATE_KEY.test(second)) return { kind: "key", header: `${first} {key}`, isCertain: true };
  if (/^basic$/i.test(first) && isUserAndPassword(second))
    return { kind: "other", what: "a user name and a password (Basic)" };
  const isReturned = second.length >= SHORTEST_TOKEN && exchanges.some(({ text }) => text.includes(second));
  if (isReturned) return { kind: "session", by: `the ${first} token of a sign-in` };
  return { kind: "key", header: `${first} {key}`, isCertain: false };
}

function isUserAndPassword(token: string): boolean {
  return /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(Buffer.from(token, "base64").toString("latin1"));
}

/** How requests are authorized, and what changes in the contract. */
export interface AuthorizationLesson {
  readonly kind: Authorization["kind"];
  readonly lesson: Lesson;
  readonly changes: readonly ContractChange[];
}

/**
 * Learns the form of the Authorization header.
 *
 * @param requests about keys, the most important first.
 * @param exchanges all requests of the recording: one of them may have returned a token.
 */
export function authorizationIn(
  requests: readonly Exchange[],
  exchanges: readonly Exchange[],
): AuthorizationLesson {
  const about = "authorization";
  const seen = requests.map((it) => authorizationOf(it, exchanges));
  const found: Authorization = seen.find(({ kind }) => kind !== "unknown") ?? { kind: "unknown" };
  const { authorization: usual } = DEFAULT_CONTRACT;
  switch (found.kind) {
    case "key": {
      const { header } = found;
      const todo = "if it is a person's session, set payengine:contract to dashboard (see docs/dashboard.md)";
      const lesson = found.isCertain
        ? sure(about, `"${header}", with a private key`)
        : unsure(about, `"${header}", but the token does not have the form of a private key`, todo);
      return { kind: found.kind, lesson, changes: header === usual ? [] : [{ path: about, value: header }] };
    }
    case "session": {
      const what = `${found.by}: a signed-in person sent these requests, so only people are known to create keys in this account`;
      const todo =
        'use the contract "dashboard": people create the keys, and you adopt them (see docs/dashboard.md)';
      return { kind: found.kind, lesson: unsure(about, what, todo), changes: [] };
    }
    case "other": {
      const todo = `if private keys are sent this way, ${INEXPRESSIBLE}`;
      return {
        kind: found.kind,
        lesson: unsure(about, `${found.what}, which is not supported`, todo),
        changes: [],
      };
    }
    case "unknown": {
      const what = `the recording has no Authorization header and no cookie, so "${usual}" is assumed; browsers leave them out of a sanitized HAR`;
      const todo =
        'in Chrome, turn on Settings, Network, "Allow to generate HAR with sensitive data", and export again; or run `npx pulumi-payengine doctor`, which shows whether a private key may send these requests';
      return { kind: found.kind, lesson: missing(about, what, todo), changes: [] };
    }
  }
}
