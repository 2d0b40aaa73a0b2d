import { ApiError, messageOf, NetworkError } from "../../provider/payengine/errors";
import { REPORT_IT } from "./finding";
import type { Seen } from "./observer";

/** Why an account does not do what a call asks for. */
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
  "if only people can make keys in this account, run `pulumi config set payengine:contract dashboard`; the guide is " +
  "docs/dashboard.md";
const SET_DASHBOARD =
  'run `pulumi config set payengine:contract dashboard` (for an explicit provider, give it contract: "dashboard"): people ' +
  "make the keys, and you adopt them; the guide is docs/dashboard.md";
const FIND_IT =
  "find the call that PayEngine's console makes, in your browser's network tab (docs/contract.md), and set it";

/** How a key call was refused, and what to do, where the credential itself works. */
export function refusalOf(seen: Seen): { readonly found: string; readonly todo: string } {
  const { line, call, response } = seen;
  const status = response?.status;
  switch (reasonOf(seen)) {
    case "console only":
      return {
        found: `${line} answers ${status} (jwt malformed): this account's key calls take no private key, only people who are signed in to the console`,
        todo: SET_DASHBOARD,
      };
    case "credential":
      return {
        found: `${line} answers ${status}, although the credential works: this call takes no private key`,
        todo: SET_DASHBOARD,
      };
    case "permission":
      return {
        found: `${line} answers ${status}: the credential's user may not manage keys`,
        todo: `have an admin raise this user's role to Admin or Developer, or use a private key of somebody who has it; ${DASHBOARD}`,
      };
    case "no such call":
      return {
        found: `${line} answers ${status}: this account has no such call at this address`,
        todo: `${FIND_IT}: payengine:contract.${call}; ${DASHBOARD}`,
      };
    case "not PayEngine":
      return {
        found: `${line} answers ${status} with ${response?.content ?? "nothing"}, in no form that PayEngine publishes`,
        todo: `check payengine:apiUrl, proxies and firewalls, and the path; ${FIND_IT}: payengine:contract.${call}`,
      };
    case "unreachable":
      return { found: messageOf(seen.error), todo: "run this again" };
    case "other":
      return {
        found: messageOf(seen.error),
        todo: seen.error instanceof ApiError ? "put this right, then run this again" : REPORT_IT,
      };
  }
}
