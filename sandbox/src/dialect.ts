import { z } from "zod";

/** The fields of a key whose names on the wire a dialect may change. */
export const keyFields = [
  "id",
  "name",
  "type",
  "value",
  "redacted",
  "status",
  "createdAt",
  "lastUsedAt",
] as const;
/** One of them. */
export type KeyField = (typeof keyFields)[number];

const word = z.string().min(1);

/**
 * How a PayEngine might answer other than by its published conventions. What you leave out stays as published.
 */
export const dialectSchema = z.strictObject({
  /** How fields are written: `created_at` or `createdAt`. */
  casing: z.enum(["snake", "camel"]).default("snake"),
  /** Answers in `{"data": …}`, or the object or list alone. */
  wrapping: z.enum(["data", "bare"]).default("data"),
  /** Whether lists say how many there are on all pages: `total`, beside `data`. */
  counts: z.enum(["none", "total"]).default("none"),
  /** Every page of a list has this size, whatever was asked for; null for the size asked for. */
  pageSize: z.int().min(1).nullable().default(null),
  /** What asks for a page's size: `size` (1 to 100), or `limit` (10 to 500). */
  paging: z.enum(["size", "limit"]).default("size"),
  /** The status of a created key. */
  postStatus: z.union([z.literal(200), z.literal(201)]).default(200),
  /** The status of a revoked key; 204 has no body. */
  deleteStatus: z.union([z.literal(200), z.literal(204)]).default(200),
  /** Lists ignore `q`. */
  ignoreQuery: z.boolean().default(false),
  /** 409 on a name in use by a live key, or on one that was ever in use. */
  uniqueNames: z.enum(["off", "live", "forever"]).default("off"),
  /** 422 once the account has this many live keys, credentials included; null for no limit. */
  keyQuota: z.int().min(0).nullable().default(null),
  /** Revoked keys answer 404 and are not listed, or are listed and answer 200 with the status of revoked keys. */
  revokedKeys: z.enum(["404", "status"]).default("404"),
  /** What GET /merchant answers: the account's merchants, or the account itself. */
  merchant: z.enum(["list", "empty", "object", "objectWithoutId", "withAccountId"]).default("list"),
  /** The word before the private key in Authorization. */
  scheme: z.enum(["Basic", "Bearer"]).default("Basic"),
  /** Who may call the keys' calls: private keys, or only people signed in to the console. */
  manageKeys: z.enum(["privateKey", "consoleOnly"]).default("privateKey"),
  /** When a private value is shown: in the answer to its creation, or once by POST /api-keys/{id}/reveal. */
  reveal: z.enum(["atCreate", "byCall"]).default("atCreate"),
  /** Whether there is a call for one key. */
  getById: z.boolean().default(true),
  /** How a key is revoked: DELETE /api-keys/{id}, or POST /api-keys/{id}/revoke. */
  revokeBy: z.enum(["DELETE", "POST"]).default("DELETE"),
  /** Where the keys' calls are. */
  path: z
    .string()
    .regex(/^(\/[\w.~-]+)+$/)
    .default("/api-keys"),
  /** The words for a key's status. */
  statuses: z.strictObject({ active: word.default("active"), revoked: word.default("revoked") }).prefault({}),
  /** The words for a key's type, in requests and answers. */
  types: z.strictObject({ public: word.default("public"), private: word.default("private") }).prefault({}),
  /** Names on the wire of a key's fields, over `casing`; of `name` and `type` in requests too. */
  fields: z.partialRecord(z.enum(keyFields), word).default({}),
  /** The form of failures: `{"error":true,…}` or `{"success":false,…}`. */
  failure: z.enum(["error", "success"]).default("error"),
  /** Whether messages of failures start with PayEngine's codes. */
  codes: z.enum(["message", "none"]).default("message"),
  /** The status of calls with a revoked private key. */
  revokedValue: z.union([z.literal(401), z.literal(403)]).default(401),
  /** Which of a key's fields answers have at all. */
  shows: z
    .strictObject({
      redacted: z.boolean().default(true),
      createdAt: z.boolean().default(true),
      lastUsedAt: z.boolean().default(true),
    })
    .prefault({}),
});

/** A whole dialect. */
export type Dialect = z.output<typeof dialectSchema>;
/** What a test says of one. */
export type DialectInput = z.input<typeof dialectSchema>;
