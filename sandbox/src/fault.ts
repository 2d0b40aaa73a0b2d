import { z } from "zod";
import { type Operation, operations } from "./contract";

const target = {
  /** Which call it hits. Calls that are refused (400, 401, 403) pass it by. */
  operation: z.enum(Object.keys(operations) as [Operation, ...Operation[]]),
  /** How many calls it hits. */
  times: z.union([z.int().min(1), z.literal("always")]).default(1),
  /** How many calls that reach it go by first. */
  skip: z.int().min(0).default(0),
  /**
   * Hits only calls about a key whose name has this in it: the posted name, the name behind the id, the `q` of a
   * list, and for /merchant the name of the key that calls.
   */
  keyName: z.string().optional(),
};

/** Seconds, or text such as an HTTP date. */
const retryAfter = z.union([z.int().min(0), z.string()]).optional();
const milliseconds = z.int().min(0).default(0);
const status = {
  status: z.int().min(300).max(599),
  /** The contract's form of a failure, a proxy's page, nothing, or JSON of another form. */
  body: z.enum(["contract", "html", "empty", "json"]).default("contract"),
  retryAfter,
};

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
  /** It happens, the answer lacks `key`. */
  z.strictObject({ kind: z.literal("valueMissing"), ...target }),
  /** It happens, the answer bears another name than was posted. */
  z.strictObject({ kind: z.literal("wrongName"), ...target }),
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

/** The point of a call at which a fault strikes. */
export type FaultPhase = "delay" | "beforeCommit" | "afterCommit";

export function phaseOf(fault: Fault): FaultPhase {
  switch (fault.kind) {
    case "delay":
      return "delay";
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
