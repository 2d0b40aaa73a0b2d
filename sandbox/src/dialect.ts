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
/** One such field. */
export type KeyField = (typeof keyFields)[number];

const word = z.string().min(1);

/**
 * Ways in which PayEngine may differ from its published conventions. Options that you omit stay as published.
 */
export const dialectSchema = z.strictObject({
  /** How fields are written: `created_at` or `createdAt`. */
  casing: z.enum(["snake", "camel"]).default("snake"),
  /** Responses in `{"data": …}`, or the bare object or list. */
  wrapping: z.enum(["data", "bare"]).default("data"),
  /** Whether lists have `total`, the number of entries on all pages, beside `data`. */
  counts: z.enum(["none", "total"]).default("none"),
  /** Fixed page size of lists; null to use the requested size. */
  pageSize: z.int().min(1).nullable().default(null),
  /** Parameter for the page size: `size` (1 to 100), or `limit` (10 to 500). */
  paging: z.enum(["size", "limit"]).default("size"),
  /** The status of a created key. */
  postStatus: z.union([z.literal(200), z.literal(201)]).default(200),
  /** The status of a revoked key; 204 has no body. */
  deleteStatus: z.union([z.literal(200), z.literal(204)]).default(200),
  /** Lists ignore `q`. */
  ignoreQuery: z.boolean().default(false),
  /** Returns 409 for a name that a live key has, or that any key ever had. */
  uniqueNames: z.enum(["off", "live", "forever"]).default("off"),
  /** Returns 422 once the account has this many live keys, including credentials; null for no limit. */
  keyQuota: z.int().min(0).nullable().default(null),
  /** Revoked keys return 404 and are not listed, or are listed and return 200 with the status of revoked keys. */
  revokedKeys: z.enum(["404", "status"]).default("404"),
  /** What GET /merchant returns: the account's merchants, or the account itself. */
  merchant: z.enum(["list", "empty", "object", "objectWithoutId", "withAccountId"]).default("list"),
  /** The word before the private key in Authorization. */
  scheme: z.enum(["Basic", "Bearer"]).default("Basic"),
  /** Who may send key requests: private keys, or only people who are signed in to the console. */
  manageKeys: z.enum(["privateKey", "consoleOnly"]).default("privateKey"),
  /** When a private value is shown: in the create response, or once by POST /api-keys/{id}/reveal. */
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
  /** The words for a key's type, in requests and responses. */
  types: z.strictObject({ public: word.default("public"), private: word.default("private") }).prefault({}),
  /** Wire names of a key's fields, which override `casing`; for `name` and `type` in requests too. */
  fields: z.partialRecord(z.enum(keyFields), word).default({}),
  /** The error format: `{"error":true,…}` or `{"success":false,…}`. */
  failure: z.enum(["error", "success"]).default("error"),
  /** Whether error messages start with PayEngine's codes. */
  codes: z.enum(["message", "none"]).default("message"),
  /** Response status for a revoked private key. */
  revokedValue: z.union([z.literal(401), z.literal(403)]).default(401),
  /** The fields of a key that responses have. */
  shows: z
    .strictObject({
      redacted: z.boolean().default(true),
      createdAt: z.boolean().default(true),
      lastUsedAt: z.boolean().default(true),
    })
    .prefault({}),
});

/** A complete dialect. */
export type Dialect = z.output<typeof dialectSchema>;
/** The options that a test sets. */
export type DialectInput = z.input<typeof dialectSchema>;
