/** Shown instead of a value. */
export type Kind =
  | "UUID"
  | "date"
  | "masked text"
  | "long text"
  | "text"
  | "empty text"
  | "number"
  | "boolean"
  | "null"
  | "list"
  | "object";

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;
/** Shown instead of text that may be a value. */
export const HIDDEN = "…";
const MASKED = /[*•…]|\.{2,}|[xX]{4,}/;

export function valueKind(value: unknown): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value === "number" || typeof value === "boolean" || typeof value === "object")
    return typeof value as "number" | "boolean" | "object";
  const text = String(value);
  if (text === "") return "empty text";
  if (UUID.test(text)) return "UUID";
  if (ISO_DATE.test(text)) return "date";
  if (MASKED.test(text)) return "masked text";
  return /^[\w+/=.~-]{20,}$/.test(text) ? "long text" : "text";
}

/** The format of a response, without its values. */
export interface Shape {
  readonly holds: "a list" | "an object" | "neither a list nor an object";
  /** Where it is: "" for the top level, "data", or another path such as "api_keys" or "data.items". */
  readonly at: string;
  /** Entries of a list. */
  readonly count: number | undefined;
  readonly casing: "snake_case" | "camelCase" | "mixed" | "other" | undefined;
  /** Kinds of each field's values. */
  readonly fields: Readonly<Record<string, readonly Kind[]>>;
  /** Number of fields whose names look like values, which are hidden. */
  readonly unnamed: number;
  /** Fields beside the list or object. */
  readonly beside: Readonly<Record<string, Kind>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** @param wanted what the response should have. */
export function shapeOf(answer: unknown, wanted: "list" | "object"): Shape {
  const { at, found } = contentOf(answer, wanted);
  const objects = (Array.isArray(found) ? found : [found]).filter(isObject);
  const fields = new Map<string, Set<Kind>>();
  for (const [name, value] of objects.flatMap(Object.entries))
    fields.set(name, (fields.get(name) ?? new Set()).add(valueKind(value)));
  const named = [...fields].filter(([name]) => isFieldName(name));
  const around = at === "" || !isObject(answer) ? [] : Object.entries(answer);
  return {
    holds: Array.isArray(found) ? "a list" : isObject(found) ? "an object" : "neither a list nor an object",
    at: isFieldPath(at) ? at : HIDDEN,
    count: Array.isArray(found) ? found.length : undefined,
    casing: casingOf([...fields.keys()]),
    fields: Object.fromEntries(named.map(([name, kinds]) => [name, [...kinds].sort()])),
    unnamed: fields.size - named.length,
    beside: Object.fromEntries(
      around
        .filter(([name]) => name !== at.split(".")[0] && isFieldName(name))
        .map(([name, value]) => [name, valueKind(value)]),
    ),
  };
}

/** The shape in a few words, such as "a list of 3 in data, snake_case". */
export function told({ holds, at, count, casing }: Shape): string {
  const place = at === "" ? "at the top level" : `in ${at}`;
  const what = count === undefined ? holds : `${holds} of ${count}`;
  return [`${what} ${place}`, ...(casing === undefined ? [] : [casing])].join(", ");
}

/** The content of a response, and where it is: where the contract expects it, or one level deeper. */
interface Content {
  readonly at: string;
  readonly found: unknown;
}

export function contentOf(answer: unknown, wanted: "list" | "object"): Content {
  return wanted === "list" ? (listOf(answer) ?? objectOf(answer)) : objectOf(answer);
}

function listOf(answer: unknown): Content | undefined {
  if (Array.isArray(answer)) return { at: "", found: answer };
  const outer = membersOf(answer, "");
  const lists = [...outer, ...outer.flatMap(({ at, found }) => membersOf(found, `${at}.`))].filter(
    ({ found }) => Array.isArray(found),
  );
  const inData = lists.find(({ at }) => at === "data");
  return inData ?? lists.find(({ found }) => (found as unknown[]).some(isObject)) ?? lists[0];
}

function objectOf(answer: unknown): Content {
  const inData = isObject(answer) && "data" in answer;
  const content = inData ? { at: "data", found: answer.data } : { at: "", found: answer };
  const members = membersOf(content.found, content.at === "" ? "" : `${content.at}.`);
  const objects = members.filter(({ found }) => isObject(found));
  const [only] = objects.length === 1 ? objects : [];
  const hasId = members.some(({ at, found }) => /id$/i.test(at) && !isObject(found));
  return only === undefined || hasId ? content : only;
}

function membersOf(value: unknown, before: string): Content[] {
  return isObject(value)
    ? Object.entries(value).map(([name, found]) => ({ at: `${before}${name}`, found }))
    : [];
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Says whether it is a field's name: in a map, it may be a key's ID or name. */
export function isFieldName(name: string): boolean {
  return /^[a-z_$@][\w$]{0,39}$/i.test(name) && !/\d{4}|[0-9a-f]{8}/i.test(name);
}

function isFieldPath(path: string): boolean {
  return path === "" || path.split(".").every(isFieldName);
}

function casingOf(names: readonly string[]): Shape["casing"] {
  const known = names.filter(isFieldName);
  if (known.some((name) => /^[A-Z]/.test(name)) || names.some((name) => /^[a-z]+(-[a-z]+)+$/.test(name)))
    return "other";
  const isSnake = known.some((name) => /[a-z\d]_[a-z\d]/i.test(name));
  const isCamel = known.some((name) => /[a-z\d][A-Z]/.test(name));
  if (isSnake && isCamel) return "mixed";
  if (isSnake) return "snake_case";
  return isCamel ? "camelCase" : undefined;
}
