import { type Answer, htmlAnswer, jsonAnswer, type Outcome, present } from "./answer";
import type { Dialect } from "./dialect";
import { failureBody } from "./failure";
import type { Fault } from "./fault";

type EndingFault = Exclude<Fault, { kind: "delay" }>;

const dropped: Answer = { status: 0, headers: {}, body: "", cut: "atOnce" };

/**
 * The answer that a fault makes of a call.
 *
 * @param outcome what the call came to; empty for faults that strike before the commit.
 */
export function faultyAnswer(fault: EndingFault, outcome: Outcome, dialect: Dialect): Answer {
  switch (fault.kind) {
    case "dropBeforeCommit":
    case "dropAfterCommit":
      return dropped;
    case "statusBeforeCommit":
    case "statusAfterCommit":
      return withRetryAfter(failing(fault.status, fault.body), fault.retryAfter);
    case "rateLimit":
      return withRetryAfter(failing(429, fault.asHtml ? "html" : "contract"), fault.retryAfter);
    case "redirect":
      return { status: 302, headers: { location: fault.location }, body: "" };
    case "html200":
      return htmlAnswer(200);
    case "truncatedBody":
      return { ...present(outcome, dialect), cut: "halfway" };
    case "valueMissing":
      return present(
        eachOf(outcome, ({ key: _value, ...rest }) => rest),
        dialect,
      );
    case "wrongName":
      return present(
        eachOf(outcome, (item) => ({ ...item, name: `${item.name} (renamed)` })),
        dialect,
      );
    case "oversizedBody":
      return padded(present(outcome, dialect), fault.bytes);
  }
}

function failing(status: number, body: "contract" | "html" | "empty" | "json"): Answer {
  switch (body) {
    case "contract":
      return jsonAnswer(status, failureBody(`Status ${status}, as asked for by a fault`));
    case "html":
      return htmlAnswer(status);
    case "empty":
      return { status, headers: {}, body: "" };
    case "json":
      return jsonAnswer(status, { status, reason: "as asked for by a fault" });
  }
}

function withRetryAfter(answer: Answer, retryAfter: number | string | undefined): Answer {
  if (retryAfter === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, "retry-after": String(retryAfter) } };
}

function eachOf(
  outcome: Outcome,
  change: (item: Record<string, unknown>) => Record<string, unknown>,
): Outcome {
  const { data } = outcome;
  return { ...outcome, data: Array.isArray(data) ? data.map(change) : change(data) };
}

function padded(answer: Answer, bytes: number): Answer {
  const padding = "x".repeat(bytes);
  const body: unknown = JSON.parse(answer.body || "{}");
  return jsonAnswer(
    answer.status,
    Array.isArray(body) ? [...body, { padding }] : { ...Object(body), padding },
  );
}
