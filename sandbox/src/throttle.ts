import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { Failure } from "./failure";

/** How fast the sandbox is, in real time whatever its clock shows. */
export const throttleSchema = z.strictObject({
  /** Every call is answered so much later. */
  latencyMs: z.number().min(0).default(0),
  /** More calls within a second are answered with 429 and Retry-After; null for no limit. */
  callsPerSecond: z.int().positive().nullable().default(null),
});

/** A whole setting. */
export type Throttle = z.output<typeof throttleSchema>;
/** What a test says of one. */
export type ThrottleInput = z.input<typeof throttleSchema>;

/** Refuses what goes beyond the limit of calls, for all who may call together. */
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
