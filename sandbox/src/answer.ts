import type { FastifyReply } from "fastify";
import type { Dialect } from "./dialect";
import { Failure, failureBody } from "./failure";
import { type Resource, wireItem } from "./wire-names";

/** The result of a call in the sandbox's own field names, before any dialect or fault. */
export interface CallResult {
  status: number;
  resource: Resource;
  data: Record<string, unknown> | Record<string, unknown>[];
  /** Returned beside `data` in wrapped responses. */
  message?: string;
  /** Number of entries on all pages, for lists. */
  total?: number;
}

/** The response to send. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /**
   * Ends the connection before the first byte, halfway through the body, or after a body that is shorter than its
   * Content-Length.
   */
  cut?: "atOnce" | "halfway" | "beforeLength";
}

/** The result or the failure in the dialect's format. */
export function present(result: CallResult | Failure, dialect: Dialect): Answer {
  if (result instanceof Failure) return jsonAnswer(result.statusCode, failureBody(result, dialect));
  const { status, resource, message, total } = result;
  if (status === 204) return { status, headers: {}, body: "" };
  const data = Array.isArray(result.data)
    ? result.data.map((item) => wireItem(dialect, resource, item))
    : wireItem(dialect, resource, result.data);
  if (dialect.wrapping === "bare") return jsonAnswer(status, data);
  // JSON omits undefined values.
  return jsonAnswer(status, { message, data, total: dialect.counts === "total" ? total : undefined });
}

export function jsonAnswer(status: number, body: unknown): Answer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(body),
  };
}

export function htmlAnswer(status: number, message = "Something went wrong"): Answer {
  const body = `<!doctype html><html><body><h1>${message}</h1></body></html>`;
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

/** Sends the response, or the part of it that is to arrive. */
export function send(reply: FastifyReply, answer: Answer, date: string): FastifyReply {
  const { status, headers, body, cut } = answer;
  // Fastify would send an empty string as text/plain.
  if (!cut)
    return reply
      .code(status)
      .headers(headers)
      .send(body === "" ? undefined : body);
  reply.hijack();
  if (cut === "atOnce" || body === "") {
    reply.raw.destroy();
    return reply;
  }
  const bytes = Buffer.from(body);
  const [length, sent] =
    cut === "halfway"
      ? [bytes.length, bytes.subarray(0, Math.ceil(bytes.length / 2))]
      : [bytes.length + 64, bytes];
  reply.raw.writeHead(status, { ...headers, date, "content-length": length });
  reply.raw.write(sent, () => reply.raw.destroy());
  return reply;
}
