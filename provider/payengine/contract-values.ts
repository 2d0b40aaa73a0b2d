import { z } from "zod";

// The single values of a contract, as a user writes them. No reason quotes a value: it may be a secret by mistake.

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** One call, such as POST /api-keys. */
export interface CallSpec {
  readonly method: (typeof METHODS)[number];
  /** Path below the API's address, with {id} in the place of the key's id. */
  readonly path: string;
}

interface CallRule {
  /** A call that only reads may be repeated at any time; one that changes something must not be mistaken for it. */
  readonly methods: readonly CallSpec["method"][];
  readonly takesId: boolean;
  readonly example: string;
  /** Why the call cannot be "none"; absent where it can. */
  readonly needed?: string;
}

/** What a path must not match once {id} is filled in: the credential must never get to another host or call. */
const PATH_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/^(?!\/(?!\/))/, 'has a path that does not begin with exactly one "/"'],
  [/[^/]\/\/|\\/, 'has "//" or "\\" in its path, which can name another host'],
  [/\.\.|\/\.(\/|$)/, 'has ".." or "/./" in its path'],
  [/[?#]/, "has a query or fragment in its path"],
  [/%/, "has percent-encoding in its path"],
  [/[^\w\-.~!$&'()*+,;=:@/?#%\\]/, "has a character in its path that does not belong there, such as a blank"],
];

/** `pulumi config set --path` stores a text that looks like a number or a boolean as such. */
export function asText(value: unknown): unknown {
  return typeof value === "boolean" || Number.isFinite(value) ? String(value) : value;
}

/** @param form how to write it, which every reason ends with. */
export function text(form: string) {
  return z.preprocess(
    asText,
    z
      .string({ error: ({ input }) => `${kindOf(input)}; ${form}` })
      .refine((value) => value.trim() !== "", { error: `is empty; ${form}`, abort: true }),
  );
}

/** A call as "METHOD /path" or, where the rule allows it, "none". */
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
  if (wanted === 0) return [...faults, "has {id} in its path, but is not about one key"];
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

/** Says what a value is without saying the value, which may be a secret in the wrong place. */
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

/** Says whether a value is a text that is not blank. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
