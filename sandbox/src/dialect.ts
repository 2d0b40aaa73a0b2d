import { z } from "zod";

/**
 * How a PayEngine might answer otherwise than the contract assumes. What is left out stands at the contract's way.
 */
export const dialectSchema = z.strictObject({
  /** Answers without `{"data": …}` around them. */
  bareAnswers: z.boolean().default(false),
  /** The status of a created key. */
  postStatus: z.union([z.literal(201), z.literal(200)]).default(201),
  /** The status of a revoked key; 204 has no body. */
  deleteStatus: z.union([z.literal(200), z.literal(204)]).default(200),
  /** Lists pay no heed to `q`. */
  ignoreQuery: z.boolean().default(false),
  /** Lists do not say how many keys there are on all pages. */
  noTotal: z.boolean().default(false),
  /** 409 on a name in use by a live key, or on one that was ever in use. */
  uniqueNames: z.enum(["off", "live", "forever"]).default("off"),
  /** 422 once the account has this many live keys, credentials included; null for no limit. */
  keyQuota: z.int().min(0).nullable().default(null),
  /** Revoked keys answer 404 and are not listed, or are listed and answer 200 with status "revoked". */
  revokedKeys: z.enum(["404", "status"]).default("404"),
  /** /merchant does not say which account it is. */
  noAccountId: z.boolean().default(false),
});

/** A whole dialect. */
export type Dialect = z.output<typeof dialectSchema>;
/** What a test says of one. */
export type DialectInput = z.input<typeof dialectSchema>;
