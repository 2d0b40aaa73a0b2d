import { z } from "zod";
import { operations } from "./contract";

const target = {
  /** The call to hit. "any" means every call, and also hits rejected calls (400, 401, 403, 422). */
  operation: z.enum([...operations, "any"]),
  /** Number of calls to hit. */
  times: z.union([z.int().min(1), z.literal("always")]).default(1),
  /** Number of matching calls to let pass first. */
  skip: z.int().min(0).default(0),
  /**
   * Hits only calls about a key whose name contains this text: the posted name, the name of the key with that ID, the
   * `q` of a list, and for merchant calls the name of the caller's key.
   */
  keyName: z.string().optional(),
};

/** Seconds, or text such as an HTTP date. */
const retryAfter = z.union([z.int().min(0), z.string()]).optional();
const milliseconds = z.int().min(0).default(0);
const status = {
  status: z.int().min(200).max(599),
  /** The dialect's error format, a proxy's page, nothing, other JSON, or `{"success":false,…}`. */
  body: z.enum(["contract", "html", "empty", "json", "success"]).default("contract"),
  /** The text in the body. */
  message: z.string().optional(),
  retryAfter,
};

/** `****c21d`, `3f9a…c21d`, the key's redacted form, or the first 8 characters. */
const maskForms = ["stars", "dots", "redacted", "short"] as const;
export type MaskForm = (typeof maskForms)[number];

/** One fault: the calls it hits, and what goes wrong. */
export const faultSchema = z.discriminatedUnion("kind", [
  /** Not committed; the connection ends. */
  z.strictObject({ kind: z.literal("dropBeforeCommit"), ...target }),
  /** Committed; the connection ends without a response. */
  z.strictObject({ kind: z.literal("dropAfterCommit"), ...target }),
  /** Not committed; this is the response. */
  z.strictObject({ kind: z.literal("statusBeforeCommit"), ...target, ...status }),
  /** Committed, but this is the response. */
  z.strictObject({ kind: z.literal("statusAfterCommit"), ...target, ...status }),
  /** Committed; the connection ends halfway through the response. */
  z.strictObject({ kind: z.literal("truncatedBody"), ...target }),
  /** Committed; the response has no value of the key. */
  z.strictObject({ kind: z.literal("valueMissing"), ...target }),
  /** Committed; the response has another name than the request. */
  z.strictObject({ kind: z.literal("wrongName"), ...target }),
  /** Committed; the response has a masked value. */
  z.strictObject({ kind: z.literal("maskedValue"), ...target, form: z.enum(maskForms) }),
  /** Committed; the response has no ID. */
  z.strictObject({ kind: z.literal("idMissing"), ...target }),
  /** Committed; the response is 200 with other JSON: `{"ok":true}`. */
  z.strictObject({ kind: z.literal("unreadable"), ...target }),
  /** Committed; the response is 206, with a Content-Length larger than its body. */
  z.strictObject({ kind: z.literal("partial206"), ...target }),
  /** Sends an informational response first; 103 has a Link header. Combines with other kinds. */
  z.strictObject({
    kind: z.literal("informational"),
    ...target,
    status: z.union([z.literal(102), z.literal(103)]).default(103),
  }),
  /** Waits before and after the commit, which happens even if the caller has gone away. Combines with other kinds. */
  z.strictObject({
    kind: z.literal("delay"),
    ...target,
    beforeCommitMs: milliseconds,
    afterCommitMs: milliseconds,
  }),
  /** Returns 429; not committed. */
  z.strictObject({ kind: z.literal("rateLimit"), ...target, retryAfter, asHtml: z.boolean().default(false) }),
  /** Returns 302; not committed. */
  z.strictObject({ kind: z.literal("redirect"), ...target, location: z.string() }),
  /** Committed; the response has an extra field of this many bytes. Node's longest string has 2^29. */
  z.strictObject({ kind: z.literal("oversizedBody"), ...target, bytes: z.int().min(1).max(5e8) }),
  /** Returns 200 with a web page, as a captive portal does. Committed unless `commit` is false. */
  z.strictObject({ kind: z.literal("html200"), ...target, commit: z.boolean().default(true) }),
]);

/** A complete fault. */
export type Fault = z.output<typeof faultSchema>;
/** The options that a test sets. */
export type FaultInput = z.input<typeof faultSchema>;

/** The point of a call at which a fault strikes; the first two combine with others. */
export type FaultPhase = "delay" | "informational" | "beforeCommit" | "afterCommit";

/** A fault that decides the response. */
export type EndingFault = Exclude<Fault, { kind: "delay" | "informational" }>;

export function phaseOf(fault: Fault): FaultPhase {
  switch (fault.kind) {
    case "delay":
    case "informational":
      return fault.kind;
    case "dropBeforeCommit":
    case "statusBeforeCommit":
    case "rateLimit":
    case "redirect":
      return "beforeCommit";
    case "html200":
      return fault.commit ? "afterCommit" : "beforeCommit";
    default:
      return "afterCommit";
  }
}
