import { z } from "zod";

// The values of a contract. No reason quotes a value, because it may be a misplaced secret.

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** One request, such as POST /api-keys. */
export interface CallSpec {
  readonly method: (typeof METHODS)[number];
  /** Path below the API's address. {id} is replaced by the key ID. */
  readonly path: string;
}

interface CallRule {
  /** Reads are retried, so a request that changes something must not count as a read. */
  readonly methods: readonly CallSpec["method"][];
  readonly takesId: boolean;
  readonly example: string;
  /** Why the request cannot be "none"; absent if it can. */
  readonly needed?: string;
}

/** Patterns that a path must not match: the credential must never go to another host or request. */
const PATH_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/^(?!\/(?!\/))/, 'has a path that does not begin with exactly one "/"'],
  [/[^/]\/\/|\\/, 'has "//" or "\\" in its path, which can name another host'],
  [/\.\.|\/\.(\/|$)/, 'has ".." or "/./" in its path'],
  [/[?#]/, "has a query or fragment in its path"],
  [/%/, "has percent-encoding in its path"],
  [/[^\w\-.~!$&'()*+,;=:@/?#%\\]/, "has a character in its path that is not allowed, such as a space"],
];

/** `pulumi config set --path` stores text that looks like a number or a boolean as one. */
export function asText(value: unknown): unknown {
  return typeof value === "boolean" || Number.isFinite(value) ? String(value) : value;
}

/** @param form how to write it; every reason ends with it. */
export function text(form: string) {
  return z.preprocess(
    asText,
    z
      .string({ error: ({ input }) => `${kindOf(input)}; ${form}` })
      .refine((value) => value.trim() !== "", { error: `is empty; ${form}`, abort: true }),
  );
}

/** A request as "METHOD /path" or, if the rule allows it, "none". */
export function call({ methods, takesId, example, needed }: CallRule) {
  const form = `write it like "${example}"${needed ? "" : ', or "none"'}`;
  return text(form).transform((written, context): CallSpec | "none" => {
    const problem = (message: string) => context.addIssue({ code: "custom", message });
    if (written === "none") {
      if (needed) problem(needed);
      return "none";
    }
    const [, word, path = ""] = /^([a-z]+) (.+)$/is.exec(written) ?? [];
    if (word === undefined) {
      problem(`is not a method and a path; ${form}`);
      return z.NEVER;
    }
    const method = METHODS.find((known) => known === word);
    if (!method) problem(`has an unknown method; use ${listed(methods, "or")}, in capitals`);
    else if (!methods.includes(method)) problem(`must use ${listed(methods, "or")}; ${form}`);
    for (const fault of pathFaults(path, takesId ? 1 : 0)) problem(`${fault}; ${form}`);
    return method ? { method, path } : z.NEVER;
  });
}

function pathFaults(path: string, wanted: 0 | 1): string[] {
  const ids = path.split("{id}").length - 1;
  const sample = path.replaceAll("{id}", "id");
  const faults = PATH_FAULTS.filter(([fault]) => fault.test(sample)).map(([, reason]) => reason);
  if (ids === wanted) return faults;
  if (wanted === 0) return [...faults, "has {id} in its path, but is not a request for one key"];
  return [...faults, ids === 0 ? "does not have {id} in its path" : "has {id} more than once in its path"];
}

const AUTHORIZATION = 'write it like "Basic {key}"';
/** The value of the Authorization header. */
export const Authorization = text(AUTHORIZATION)
  .refine(
    (value) => /^[\x20-\x7e]*$/.test(value),
    `has line ends or other characters outside printable ASCII; ${AUTHORIZATION}`,
  )
  .refine((value) => value.split("{key}").length === 2, `does not have {key} exactly once; ${AUTHORIZATION}`);

/** The kind of a value, never the value: it may be a misplaced secret. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "is missing";
  if (value === null) return "is null";
  if (typeof value === "string" && !isText(value)) return "is empty";
  return `is ${Array.isArray(value) ? "an array" : typeof value === "object" ? "an object" : `a ${typeof value}`}`;
}

/** @example listed(["POST", "PUT", "PATCH"], "or") // "POST, PUT or PATCH" */
export function listed(words: readonly string[], conjunction: "and" | "or"): string {
  const last = words.at(-1) ?? "";
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} ${conjunction} ${last}` : last;
}

/** Whether a value is text and not blank. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
