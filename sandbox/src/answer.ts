import type { FastifyReply } from "fastify";
import type { Dialect } from "./dialect";
import type { StoredKey } from "./key-store";

/** What a call came to, before a dialect or a fault has had a say. */
export interface Outcome {
  status: number;
  data: Record<string, unknown> | Record<string, unknown>[];
  /** Keys on all pages, for lists. */
  total?: number;
}

/** What goes over the wire. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Ends the connection before the first byte, or halfway through the body. */
  cut?: "atOnce" | "halfway";
}

/** A key as the contract shows it. `value` is only given in the answer to POST. */
export function keyView(key: StoredKey, value = key.publicValue): Record<string, unknown> {
  return {
    id: key.id,
    name: key.name,
    type: key.type,
    status: key.status,
    ...(value === null ? {} : { key: value }),
    redactedKey: key.redacted,
    createdAt: new Date(key.createdAt).toISOString(),
    lastUsedAt: key.lastUsedAt === null ? null : new Date(key.lastUsedAt).toISOString(),
  };
}

/** The outcome in the dialect's words. */
export function present(outcome: Outcome, dialect: Dialect): Answer {
  if (outcome.status === 204) return { status: 204, headers: {}, body: "" };
  const { data, total } = outcome;
  const withTotal = total === undefined || dialect.noTotal ? { data } : { data, total };
  return jsonAnswer(outcome.status, dialect.bareAnswers ? data : withTotal);
}

export function jsonAnswer(status: number, body: unknown): Answer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(body),
  };
}

export function htmlAnswer(status: number): Answer {
  const body = "<!doctype html><html><body><h1>Something went wrong</h1></body></html>";
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

/** Sends the answer, or as much of it as is to arrive. */
export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  const { status, headers, body, cut } = answer;
  // Fastify would call an empty string text/plain.
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
  reply.raw.writeHead(status, { ...headers, "content-length": bytes.length });
  reply.raw.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => reply.raw.destroy());
  return reply;
}
