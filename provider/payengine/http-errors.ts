import ms from "ms";
import { isProxied, MAX_RESPONSE_BYTES } from "./dispatcher";
import { ApiError, type ErrorKind, NetworkError, NotFoundError, ResponseSchemaError } from "./errors";
import { redact } from "./redact";
import { CUT_ANSWER, LONGEST_WAIT_MS, TIMEOUT } from "./retry-policy";
import type { CallSettings } from "./settings";

/** The message of a failure in one of the two published formats; undefined for other formats. */
function saidBy(answer: unknown): string | undefined {
  const { error, success, message, errors } = membersOf(answer);
  if ((error !== true && success !== false) || typeof message !== "string") return undefined;
  const fields = error !== true && Array.isArray(errors) ? errors.map(membersOf) : [];
  const details = fields.map((it) => [it.field, it.message].filter(isText).join(" ").trim());
  return [message, ...details].filter(isText).join("; ");
}

/** Whether the body alone marks a failure, in any format and with any status. */
export function isFailure(answer: unknown): boolean {
  if (typeof answer !== "object" || answer === null) return false;
  const { error, success }: { error?: unknown; success?: unknown } = answer;
  return success === false || Boolean(error);
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** @param what method and URL of the request. */
export function apiError(
  what: string,
  status: number,
  headers: Headers,
  answer: unknown,
  { credential }: CallSettings,
): ApiError {
  const told = saidBy(answer);
  const text = told ?? "";
  const byContract = told !== undefined;
  const said = text === "" ? "" : `: ${redact(text, [credential]).replace(/\.$/, "")}`;
  const code = /\bE\d{3}\b/.exec(text)?.[0];
  const kind = byContract ? kindOf(status, code, text) : "other";
  const todo = byContract ? nextStep(status, kind) : stepWithoutForm(status);
  const message = `PayEngine returned ${status} for ${what}${said}${todo}`;
  if (status === 404) return new NotFoundError(message, byContract, code);
  return new ApiError(message, { status, byContract, kind, code, retryAfter: retryAfter(headers) });
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return Object(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

const KINDS: Readonly<Record<string, ErrorKind>> = {
  E105: "account",
  E106: "revealed before",
  E116: "credential",
  E117: "credential",
  E120: "permission",
  E121: "credential",
  E122: "credential",
  E127: "account",
  E129: "permission",
};

function kindOf(status: number, code: string | undefined, text: string): ErrorKind {
  if (/\bjwt\b/i.test(text)) return "console only";
  const known = KINDS[code ?? ""];
  if (known !== undefined) return known;
  if (status === 401) return "credential";
  return status === 403 ? "permission" : "other";
}

function nextStep(status: number, kind: ErrorKind): string {
  switch (kind) {
    case "credential":
      return (
        ". Set payengine:apiKey or PAYENGINE_API_KEY (for an explicit provider: its apiKey, or the variable that " +
        "credentialEnv names) to a private key that works. Destroy, refresh and an `up` that refreshes (--refresh, or " +
        "options.refresh in Pulumi.yaml) use the credential in state unless you pass --run-program"
      );
    case "permission":
      return ". Managing keys needs a credential whose user has the Admin or Developer role";
    case "account":
      return (
        ". The credential's account was not found or is disabled: check payengine:apiUrl (production and sandbox are " +
        "separate accounts) and ask PayEngine about the account"
      );
    case "console only":
      return (
        ". This request needs a user who is signed in to PayEngine's console, not a private key: run `pulumi-payengine " +
        'doctor`. If no request accepts a private key, set payengine:contract to "dashboard"'
      );
    case "revealed before":
      return ". The key's value was shown before, and PayEngine shows it once";
    case "other":
      return otherStep(status);
  }
}

function stepWithoutForm(status: number): string {
  if (status !== 401 && status !== 403) return otherStep(status);
  return (
    ". The response does not have a format that PayEngine publishes, so a proxy or firewall may have sent it: check " +
    "payengine:apiUrl, proxies and firewalls"
  );
}

function otherStep(status: number): string {
  if (status === 404) return ". This account or address may not support the request: check payengine:apiUrl";
  if (status === 429) return ". Wait and try again, or raise payengine:maxRetries";
  const isRedirect = status >= 300 && status < 400;
  return isRedirect ? ". Redirects are not followed: set payengine:apiUrl to the final address" : "";
}

/** In milliseconds. A date is compared with the response's Date header, not with this machine's clock. */
function retryAfter({ "retry-after": header, date }: Headers): number | undefined {
  if (typeof header !== "string") return undefined;
  const answered = Date.parse(String(date));
  const now = Number.isNaN(answered) ? Date.now() : answered;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_WAIT_MS);
}

/** @param what method and URL of the request. */
export function networkError(
  what: string,
  error: unknown,
  { apiUrl, requestTimeout }: CallSettings,
): NetworkError | ResponseSchemaError {
  if (error instanceof NetworkError) return error;
  const code = codeOf(error);
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") {
    return new ResponseSchemaError(
      `The response to ${what} is larger than ${MAX_RESPONSE_BYTES / 1024 / 1024} MiB`,
    );
  }
  const proxy = isProxied(apiUrl)
    ? "; a proxy is set in HTTPS_PROXY or HTTP_PROXY: check it and its credentials"
    : "";
  return new NetworkError(`${reasonFor(code, requestTimeout)}${proxy} (${what}, ${code})`, code);
}

/** The response is partial (206), or its body ended early. */
export function cutAnswer(what: string): NetworkError {
  return new NetworkError(`PayEngine's response was cut off; try again (${what}, ${CUT_ANSWER})`, CUT_ANSWER);
}

function codeOf(error: unknown): string {
  // Not instanceof: test runners throw errors of another realm.
  const { name, code }: { name?: unknown; code?: unknown } = Object(error);
  if (name === "TimeoutError") return TIMEOUT;
  return typeof code === "string" ? code : String(name ?? "UNKNOWN");
}

function reasonFor(code: string, requestTimeout: number): string {
  const address = "check payengine:apiUrl and the network";
  if (code === "ECONNREFUSED") return `PayEngine refused the connection; ${address}`;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `PayEngine's host name was not found; ${address}`;
  if (/TIMEOUT|ETIMEDOUT/.test(code)) {
    return `PayEngine did not respond within ${ms(requestTimeout)}; try again or raise payengine:requestTimeout`;
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY|EPROTO/.test(code)) {
    return "Could not open a trusted TLS connection to PayEngine; check the address, the clock and NODE_EXTRA_CA_CERTS";
  }
  if (code === "UND_ERR_ABORTED") return "Could not open a connection to PayEngine";
  return "The connection to PayEngine was lost before a response arrived; try again";
}
