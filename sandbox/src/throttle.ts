import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { Failure } from "./failure";

/** The speed of the sandbox, in real time, independent of its clock. */
export const throttleSchema = z.strictObject({
  /** Delay of every response. */
  latencyMs: z.number().min(0).default(0),
  /** Calls per second; more get 429 with Retry-After. null for no limit. */
  callsPerSecond: z.int().positive().nullable().default(null),
});

/** A complete setting. */
export type Throttle = z.output<typeof throttleSchema>;
/** The options that a test sets. */
export type ThrottleInput = z.input<typeof throttleSchema>;

/** Rejects calls beyond the limit, which all callers share. */
export async function limitCalls(
  server: FastifyInstance,
  sandbox: { readonly throttle: Throttle },
): Promise<void> {
  await server.register(rateLimit, {
    timeWindow: 1_000,
    max: () => sandbox.throttle.callsPerSecond ?? Number.MAX_SAFE_INTEGER,
    allowList: () => sandbox.throttle.callsPerSecond === null,
    keyGenerator: () => "all",
    errorResponseBuilder: () => new Failure(429, "Too many calls"),
  });
}
