import { ApiError, messageOf, NetworkError } from "../../provider/payengine/errors";
import { REPORT_IT } from "./finding";
import type { Seen } from "./observer";

/** Why an account refused a request. */
export type Reason =
  | "console only"
  | "credential"
  | "permission"
  | "no such call"
  | "not PayEngine"
  | "unreachable"
  | "other";

export function reasonOf({ error, response }: Pick<Seen, "error" | "response">): Reason {
  if (error instanceof NetworkError) return "unreachable";
  if (response?.content === "a web page") return "not PayEngine";
  if (!(error instanceof ApiError)) return "other";
  if (!error.byContract) return "not PayEngine";
  if (error.kind === "console only" || error.kind === "permission" || error.kind === "credential")
    return error.kind;
  const isUnsupported = error.status === 400 && /unsupported api call/i.test(error.message);
  return isUnsupported || [404, 405, 501].includes(error.status) ? "no such call" : "other";
}

const DASHBOARD =
  "if only people can create keys in this account, run `pulumi config set payengine:contract dashboard` (see " +
  "docs/dashboard.md)";
const SET_DASHBOARD =
  'run `pulumi config set payengine:contract dashboard` (for an explicit provider, give it contract: "dashboard"): people ' +
  "create the keys, and you adopt them (see docs/dashboard.md)";
const FIND_IT =
  "find the request that PayEngine's console sends, in your browser's network tab (see docs/contract.md), and set it as";

/** How a request was refused and what to do, when the credential itself works. */
export function refusalOf(seen: Seen): { readonly found: string; readonly todo: string } {
  const { line, call, response } = seen;
  const status = response?.status;
  switch (reasonOf(seen)) {
    case "console only":
      return {
        found: `${line} returned ${status} (jwt malformed): in this account only people who are signed in to the console can manage keys; a private key cannot`,
        todo: SET_DASHBOARD,
      };
    case "credential":
      return {
        found: `${line} returned ${status}, although the credential works: this request does not accept a private key`,
        todo: SET_DASHBOARD,
      };
    case "permission":
      return {
        found: `${line} returned ${status}: the credential's user may not manage keys`,
        todo: `have an admin give this user the Admin or Developer role, or use a private key of a user who has it; ${DASHBOARD}`,
      };
    case "no such call":
      return {
        found: `${line} returned ${status}: the account has no such endpoint at this address`,
        todo: `${FIND_IT} payengine:contract.${call}; ${DASHBOARD}`,
      };
    case "not PayEngine":
      return {
        found: `${line} returned ${status} with ${response?.content ?? "nothing"}, which is not a format that PayEngine publishes`,
        todo: `check payengine:apiUrl, proxies and firewalls, and the path; ${FIND_IT} payengine:contract.${call}`,
      };
    case "unreachable":
      return { found: messageOf(seen.error), todo: "run this again" };
    case "other":
      return {
        found: messageOf(seen.error),
        todo: seen.error instanceof ApiError ? "fix this, then run this again" : REPORT_IT,
      };
  }
}
