import { type Answer, type CallResult, htmlAnswer, jsonAnswer, present } from "./answer";
import type { Dialect } from "./dialect";
import { Failure } from "./failure";
import type { EndingFault, MaskForm } from "./fault";
import { redact } from "./key-value";

type Result = CallResult | Failure;
type Item = Record<string, unknown>;
type StatusFault = Extract<EndingFault, { kind: "statusBeforeCommit" | "statusAfterCommit" }>;

/**
 * The response that a fault makes of a call.
 *
 * @param result of the call; empty for faults that strike before the commit.
 */
export function faultyAnswer(fault: EndingFault, result: Result, dialect: Dialect): Answer {
  switch (fault.kind) {
    case "dropBeforeCommit":
    case "dropAfterCommit":
      return { status: 0, headers: {}, body: "", cut: "atOnce" };
    case "statusBeforeCommit":
    case "statusAfterCommit":
      return withRetryAfter(failing(fault, dialect), fault.retryAfter);
    case "rateLimit": {
      const body = fault.asHtml ? "html" : "contract";
      return withRetryAfter(failing({ status: 429, body }, dialect), fault.retryAfter);
    }
    case "redirect":
      return { status: 302, headers: { location: fault.location }, body: "" };
    case "html200":
      return htmlAnswer(200);
    case "unreadable":
      return jsonAnswer(200, { ok: true });
    case "truncatedBody":
      return { ...present(result, dialect), cut: "halfway" };
    case "partial206":
      return { ...present(result, dialect), status: 206, cut: "beforeLength" };
    case "oversizedBody":
      return padded(present(result, dialect), fault.bytes);
    case "valueMissing":
    case "idMissing":
    case "wrongName":
    case "maskedValue":
      return present(changed(result, fault), dialect);
  }
}

/** The result with each of its items changed; a failure has no items. */
function changed(result: Result, fault: EndingFault): Result {
  if (result instanceof Failure) return result;
  const { data } = result;
  const change = (item: Item) => changedItem(item, fault);
  return { ...result, data: Array.isArray(data) ? data.map(change) : change(data) };
}

function changedItem(item: Item, fault: EndingFault): Item {
  const { id, value, ...others } = item;
  switch (fault.kind) {
    case "valueMissing":
      return { id, ...others };
    case "idMissing":
      return value === undefined ? others : { value, ...others };
    case "wrongName":
      return { ...item, name: `${item.name} (renamed)` };
    case "maskedValue":
      return value === undefined ? item : { ...item, value: masked(String(value), fault.form) };
    default:
      return item;
  }
}

function masked(value: string, form: MaskForm): string {
  switch (form) {
    case "stars":
      return `****${value.slice(-4)}`;
    case "dots":
      return `${value.slice(0, 4)}…${value.slice(-4)}`;
    case "redacted":
      return redact(value);
    case "short":
      return value.slice(0, 8);
  }
}

function failing(
  { status, body, message }: Pick<StatusFault, "status" | "body" | "message">,
  dialect: Dialect,
): Answer {
  const text = message ?? `Status ${status}, as asked for by a fault`;
  switch (body) {
    case "contract":
      return present(new Failure(status, text), dialect);
    case "success":
      return jsonAnswer(status, { success: false, message: text });
    case "html":
      return htmlAnswer(status, message);
    case "empty":
      return { status, headers: {}, body: "" };
    case "json":
      return jsonAnswer(status, { status, reason: message ?? "as asked for by a fault" });
  }
}

function withRetryAfter(answer: Answer, retryAfter: number | string | undefined): Answer {
  if (retryAfter === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, "retry-after": String(retryAfter) } };
}

function padded(answer: Answer, bytes: number): Answer {
  const padding = "x".repeat(bytes);
  const body: unknown = JSON.parse(answer.body || "{}");
  return jsonAnswer(
    answer.status,
    Array.isArray(body) ? [...body, { padding }] : { ...Object(body), padding },
  );
}
