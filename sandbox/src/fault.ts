import { z } from "zod";
import { operations } from "./contract";

const target = {
  /** Which call it hits. Only "any", which is every call, also hits calls that are refused (400, 401, 403, 422). */
  operation: z.enum([...operations, "any"]),
  /** How many calls it hits. */
  times: z.union([z.int().min(1), z.literal("always")]).default(1),
  /** How many calls that reach it go by first. */
  skip: z.int().min(0).default(0),
  /**
   * Hits only calls about a key whose name has this in it: the posted name, the name behind the id, the `q` of a
   * list, and for the merchant calls the name of the key that calls.
   */
  keyName: z.string().optional(),
};

/** Seconds, or text such as an HTTP date. */
const retryAfter = z.union([z.int().min(0), z.string()]).optional();
const milliseconds = z.int().min(0).default(0);
const status = {
  status: z.int().min(200).max(599),
  /** The dialect's form of a failure, a proxy's page, nothing, JSON of another form, or `{"success":false,…}`. */
  body: z.enum(["contract", "html", "empty", "json", "success"]).default("contract"),
  /** The text in the body. */
  message: z.string().optional(),
  retryAfter,
};

/** `****c21d`, `3f9a…c21d`, the key's redacted form, or the first 8 characters. */
const maskForms = ["stars", "dots", "redacted", "short"] as const;
export type MaskForm = (typeof maskForms)[number];

/** One fault: which calls it hits, and what goes wrong with them. */
export const faultSchema = z.discriminatedUnion("kind", [
  /** The connection ends before anything happens. */
  z.strictObject({ kind: z.literal("dropBeforeCommit"), ...target }),
  /** It happens, the connection ends without an answer. */
  z.strictObject({ kind: z.literal("dropAfterCommit"), ...target }),
  /** Nothing happens, and this is the answer. */
  z.strictObject({ kind: z.literal("statusBeforeCommit"), ...target, ...status }),
  /** It happens, and this is the answer all the same. */
  z.strictObject({ kind: z.literal("statusAfterCommit"), ...target, ...status }),
  /** It happens, the connection ends halfway through the answer. */
  z.strictObject({ kind: z.literal("truncatedBody"), ...target }),
  /** It happens, the answer lacks the key's value. */
  z.strictObject({ kind: z.literal("valueMissing"), ...target }),
  /** It happens, the answer has another name than was posted. */
  z.strictObject({ kind: z.literal("wrongName"), ...target }),
  /** It happens, the answer has a masked form in place of the value. */
  z.strictObject({ kind: z.literal("maskedValue"), ...target, form: z.enum(maskForms) }),
  /** It happens, the answer lacks the id. */
  z.strictObject({ kind: z.literal("idMissing"), ...target }),
  /** It happens, the answer is 200 and JSON of another form: `{"ok":true}`. */
  z.strictObject({ kind: z.literal("unreadable"), ...target }),
  /** It happens, the answer is 206, and its Content-Length is larger than its body. */
  z.strictObject({ kind: z.literal("partial206"), ...target }),
  /** An informational answer comes before the real one; 103 has a Link header. Goes with other kinds. */
  z.strictObject({
    kind: z.literal("informational"),
    ...target,
    status: z.union([z.literal(102), z.literal(103)]).default(103),
  }),
  /** Waits before and after it happens; it happens even if the caller has gone away. Goes with other kinds. */
  z.strictObject({
    kind: z.literal("delay"),
    ...target,
    beforeCommitMs: milliseconds,
    afterCommitMs: milliseconds,
  }),
  /** 429 before anything happens. */
  z.strictObject({ kind: z.literal("rateLimit"), ...target, retryAfter, asHtml: z.boolean().default(false) }),
  /** 302 before anything happens. */
  z.strictObject({ kind: z.literal("redirect"), ...target, location: z.string() }),
  /** It happens, the answer carries an unknown field of this many bytes. Node's longest string has 2^29. */
  z.strictObject({ kind: z.literal("oversizedBody"), ...target, bytes: z.int().min(1).max(5e8) }),
  /** 200 with a web page, as a portal in between would send; it happens unless `commit` is false. */
  z.strictObject({ kind: z.literal("html200"), ...target, commit: z.boolean().default(true) }),
]);

/** A whole fault. */
export type Fault = z.output<typeof faultSchema>;
/** What a test says of one. */
export type FaultInput = z.input<typeof faultSchema>;

/** The point of a call at which a fault strikes; the first two go with others. */
export type FaultPhase = "delay" | "informational" | "beforeCommit" | "afterCommit";

/** A fault that decides what the answer is. */
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
