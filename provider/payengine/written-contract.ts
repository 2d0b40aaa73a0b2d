import { z } from "zod";
import {
  CALL_NAMES,
  type CallName,
  CONVENTIONAL_NAMES,
  type Contract,
  DASHBOARD,
  DEFAULT_CONTRACT,
  FIELDS,
  type Field,
} from "./contract";
import { Authorization, asText, type CallSpec, call, isText, kindOf, listed, text } from "./contract-values";
import { nearest } from "./nearest";
import { parseJson } from "./parse-json";

/** One problem of a contract. */
export interface ContractProblem {
  /** Where, such as "contract.reveal". */
  readonly property: string;
  /** What is wrong, as words that follow the property. Never quotes the user's value. */
  readonly reason: string;
}

const NEEDED = 'is "none", but recovery from an interrupted run needs list and revoke; set the request';
const NO_CREATE = 'is "none"; if no request creates keys, set the whole contract to "dashboard"';
const NO_WORKS = 'is "none", but it shows whether a key works; set a request such as "GET /merchant"';
const WRITES: readonly CallSpec["method"][] = ["POST", "PUT", "PATCH"];
const REVOKES: readonly CallSpec["method"][] = [...WRITES, "DELETE"];

const FieldName = text("give the field's name").refine(
  (value) => /^[\w.-]{1,64}$/.test(value),
  'is not the name of a field; use at most 64 letters, digits, "_", "." or "-"',
);
const FieldNames = Object.fromEntries(FIELDS.map((field) => [field, FieldName])) as Record<
  Field,
  typeof FieldName
>;
const Type = text("write PayEngine's word for this type");
const STATUS = 'write a status such as "revoked"';

const OBJECT = 'write "dashboard" or an object such as { create: "POST /api-keys" }';

/** An object whose members are all optional. */
const members = <S extends z.ZodRawShape>(shape: S, form: string) =>
  z.strictObject(shape, { error: ({ input }) => `${kindOf(input)}; ${form}` }).partial();

const Written = members(
  {
    create: call({ methods: WRITES, takesId: false, example: "POST /api-keys", needed: NO_CREATE }),
    list: call({ methods: ["GET"], takesId: false, example: "GET /api-keys", needed: NEEDED }),
    get: call({ methods: ["GET"], takesId: true, example: "GET /api-keys/{id}" }),
    reveal: call({ methods: ["POST", "GET"], takesId: true, example: "POST /api-keys/{id}/reveal" }),
    revoke: call({ methods: REVOKES, takesId: true, example: "DELETE /api-keys/{id}", needed: NEEDED }),
    works: call({ methods: ["GET"], takesId: false, example: "GET /merchant", needed: NO_WORKS }),
    authorization: Authorization,
    fields: members(FieldNames, 'write { value: "key" }'),
    types: members({ public: Type, private: Type }, 'write { public: "public", private: "private" }'),
    revokedStatuses: z.preprocess(
      (value) => (isText(asText(value)) ? [value] : value),
      // Not min(1), which would also refuse empty text.
      z
        .array(text(STATUS), { error: ({ input }) => `${kindOf(input)}; ${STATUS}` })
        .refine((list) => list.length > 0, `is empty; ${STATUS}`),
    ),
  },
  OBJECT,
);

const KNOWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  contract: Object.keys(Written.shape),
  "contract.fields": FIELDS,
  "contract.types": ["public", "private"],
};

type Given = Readonly<Record<string, unknown>>;

/**
 * Reads a contract: an object, its JSON text, or "dashboard". Members that an object leaves out default to
 * {@link DEFAULT_CONTRACT}. Reports all problems at once.
 *
 * @example parseContract({ create: "POST /v2/keys", get: "none", fields: { value: "secret" } })
 */
export function parseContract(
  input: unknown,
): { readonly contract: Contract } | { readonly problems: readonly ContractProblem[] } {
  const value = typeof input === "string" ? (parseJson(input) ?? input) : input;
  if (value === "dashboard") return { contract: DASHBOARD };
  if (isText(value)) {
    const reason = `is neither "dashboard" nor JSON of an object; ${OBJECT}`;
    return { problems: [{ property: "contract", reason }] };
  }
  const read = Written.safeParse(value);
  const problems = [...(read.error?.issues ?? []).flatMap(problemsOf), ...clashes(value)];
  if (!read.success || problems.length > 0) return { problems };
  const { authorization, fields, types, revokedStatuses, ...calls } = read.data;
  const callOf = (name: CallName) =>
    calls[name] === "none" ? undefined : (calls[name] ?? DEFAULT_CONTRACT.calls[name]);
  return {
    contract: {
      kind: "calls",
      calls: {
        create: callOf("create"),
        list: callOf("list"),
        get: callOf("get"),
        reveal: callOf("reveal"),
        revoke: callOf("revoke"),
        works: callOf("works") ?? DEFAULT_CONTRACT.calls.works,
      },
      authorization: authorization ?? DEFAULT_CONTRACT.authorization,
      fields: fields ?? {},
      types: {
        public: types?.public ?? DEFAULT_CONTRACT.types.public,
        private: types?.private ?? DEFAULT_CONTRACT.types.private,
      },
      revokedStatuses: revokedStatuses ?? DEFAULT_CONTRACT.revokedStatuses,
    },
  };
}

function problemsOf({ path, message, ...issue }: z.core.$ZodIssue): ContractProblem[] {
  const steps = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`));
  const property = `contract${steps.join("")}`;
  if (issue.code !== "unrecognized_keys") return [{ property, reason: message }];
  const known = KNOWN_KEYS[property] ?? [];
  const reasons = issue.keys.map((key) => {
    const meant = nearest(key, known);
    return `has an unknown key${meant ? ` (did you mean ${meant}?)` : ""}; it takes ${listed(known, "and")}`;
  });
  return [...new Set(reasons)].map((reason) => ({ property, reason }));
}

/** Finds members that conflict with other members or with their defaults. */
function clashes(value: unknown): ContractProblem[] {
  if (!isObject(value)) return [];
  return [...sameCalls(value), ...sameNames(value.fields), ...sameTypes(value.types)];
}

function sameCalls(given: Given): ContractProblem[] {
  const lines = CALL_NAMES.map((name) => {
    const spec = DEFAULT_CONTRACT.calls[name];
    return given[name] === undefined ? spec && `${spec.method} ${spec.path}` : asText(given[name]);
  });
  return CALL_NAMES.flatMap((name, at) => {
    const first = lines.indexOf(lines[at]);
    const other = CALL_NAMES[first];
    if (!other || first === at || !isText(lines[at]) || lines[at] === "none") return [];
    const [changed, kept] = given[name] === undefined ? [other, name] : [name, other];
    const reason = `is the same request as ${kept}; each request needs a different method or path`;
    return [{ property: `contract.${changed}`, reason }];
  });
}

function sameNames(given: unknown): ContractProblem[] {
  if (!isObject(given)) return [];
  const namesOf = (field: Field) =>
    given[field] === undefined ? CONVENTIONAL_NAMES[field] : [asText(given[field])].filter(isText);
  return FIELDS.flatMap((field, at) => {
    const names = namesOf(field);
    const other = FIELDS.slice(0, at).find((earlier) =>
      namesOf(earlier).some((name) => names.includes(name)),
    );
    if (!other) return [];
    const [changed, kept] = given[field] === undefined ? [other, field] : [field, other];
    const secrecy =
      changed === "value" ? ", which is not secret" : kept === "value" ? ", which is secret" : "";
    const reason = `is also the name of ${kept}${secrecy}; give each field a different name`;
    return [{ property: `contract.fields.${changed}`, reason }];
  });
}

function sameTypes(given: unknown): ContractProblem[] {
  if (!isObject(given)) return [];
  const { public: forPublic = "public", private: forPrivate = "private" } = given;
  if (!isText(asText(forPublic)) || asText(forPublic) !== asText(forPrivate)) return [];
  return [
    {
      property: "contract.types",
      reason: "has the same word for both types; give each type a different word",
    },
  ];
}

function isObject(value: unknown): value is Given {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
