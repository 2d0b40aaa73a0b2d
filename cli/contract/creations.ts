import { type Contract, DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { unwrapped } from "../../provider/payengine/read-answer";
import { type Exchange, isSuccess } from "./exchanges";
import { byName, guessFields, guessValueField } from "./guess-fields";
import { meantType } from "./known-words";
import { isObject } from "./shape";

type Fields = Readonly<Record<string, unknown>>;

/** Where a value is: a field of an object. */
export interface Place {
  readonly field: string;
  /** Never print it. */
  readonly value: string;
}

/** The creation of one key in a recording. */
export interface Creation {
  readonly create: Exchange;
  /** The object of the response that is the key. */
  readonly key: Fields;
  readonly id: Place | undefined;
  /** In the key; or in the request, if the response does not have it. */
  readonly name: Place | undefined;
  /** Fields of the request's body with the name and the type. */
  readonly sent: { readonly name?: Place | undefined; readonly type?: Place | undefined };
  readonly value: Place;
  /** Whether the value's field or format is a usual one. */
  readonly isUsualValue: boolean;
  /** The request that returned the value, if `create` did not. */
  readonly reveal: Exchange | undefined;
  readonly isPublic: boolean;
  /** Responses that show the value. */
  readonly shown: number;
}

const JWT = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;
const WRITES = ["POST", "PUT", "PATCH"];
/** A request with such a field signs a person in, and its response has a token that is no key. */
const SIGN_IN = /pass(word|code|wd)|^otp$|mfa|grant_type|refresh_?token/i;
const DEEPEST = 3;

/** Requests that created a key, in their order. */
export function creationsIn(exchanges: readonly Exchange[]): readonly Creation[] {
  return exchanges.flatMap((exchange, index) => {
    if (!isSuccess(exchange) || !WRITES.includes(exchange.method)) return [];
    if (Object.keys(Object(exchange.sent)).some((field) => SIGN_IN.test(field))) return [];
    const later = exchanges.slice(index + 1).filter((it) => isSuccess(it) && it.origin === exchange.origin);
    const earlier = exchanges.slice(0, index + 1);
    const found = [...objectsIn(exchange.raw)].flatMap(
      (key) => creationOf(exchange, key, earlier, later) ?? [],
    );
    const [best] = found.sort((one, other) => likelihood(other) - likelihood(one));
    if (best === undefined) return [];
    const shown = exchanges.filter(({ text }) => text.includes(best.value.value)).length;
    return [{ ...best, shown, isPublic: isPublic(best, shown) }];
  });
}

/** Of several objects in one response, the key has most of a key's parts. */
function likelihood({ key, id, name, value, reveal, isUsualValue }: Unjudged): number {
  const parts = [id !== undefined, reveal !== undefined || key[value.field] === value.value, isUsualValue];
  return parts.concat(name !== undefined && key[name.field] === name.value).filter(Boolean).length;
}

type Unjudged = Omit<Creation, "shown" | "isPublic">;

function creationOf(
  create: Exchange,
  key: Fields,
  earlier: readonly Exchange[],
  later: readonly Exchange[],
): Unjudged | undefined {
  const sent = sentIn(create, key, later);
  const id = idOf(key, earlier, later) ?? idInList(sent.name, earlier, later);
  const name = nameOf(key, sent.name);
  // A response without any trace of a key is something else, such as a sign-in.
  if (id === undefined && sent.name === undefined) return undefined;
  const common = { create, key, id, name, sent };
  const [own, weaker] = [valueIn(key, id, name), valueBeside(create.raw, key, id, name)];
  const atCreate = own?.isUsual ? own : (weaker ?? own);
  if (atCreate?.isUsual) return { ...common, value: atCreate, isUsualValue: true, reveal: undefined };
  const revealed = id && revealOf(id, later);
  if (revealed) return { ...common, ...revealed };
  return atCreate && { ...common, value: atCreate, isUsualValue: false, reveal: undefined };
}

/** The field whose value is a part of later paths, or of a list. */
function idOf(key: Fields, earlier: readonly Exchange[], later: readonly Exchange[]): Place | undefined {
  const fields = Object.entries(key)
    .filter(
      ([, value]) => (typeof value === "string" && /^[^\s/]{1,64}$/.test(value)) || typeof value === "number",
    )
    .map(([field, value]) => ({ field, value: String(value) }))
    // An ID of an account is in paths before the key exists.
    .filter(({ value }) => !earlier.some(({ segments }) => segments.includes(value)));
  const used = fields.filter(({ value }) => later.some(({ segments }) => segments.includes(value)));
  const usual =
    byName(
      "id",
      used.map(({ field }) => field),
    ) ?? used[0]?.field;
  const guess = usual ?? (key.id === undefined ? guessFields([key], DEFAULT_CONTRACT).id : "id");
  const found = fields.find(({ field }) => field === guess);
  const isListed = (value: string) =>
    later.some(({ raw }) => entriesIn(raw).some((entry) => Object.values(entry).map(String).includes(value)));
  return found && (used.includes(found) || isListed(found.value)) ? found : undefined;
}

/** For a response without an ID: the list has the key under its name. */
function idInList(
  name: Place | undefined,
  earlier: readonly Exchange[],
  later: readonly Exchange[],
): Place | undefined {
  const entries = later.flatMap(({ raw }) => entriesIn(raw));
  const entry = entries.find((it) => name !== undefined && Object.values(it).includes(name.value));
  return entry && idOf(entry, earlier, later);
}

/** The fields of the request's body that are the key's name and type. */
function sentIn({ sent }: Exchange, key: Fields, later: readonly Exchange[]): Creation["sent"] {
  const fields = flat(sent);
  const known = [key, ...later.flatMap(({ raw }) => entriesIn(raw))];
  const isBack = ({ value }: Place) => known.some((object) => Object.values(object).includes(value));
  const isType = ({ field, value }: Place) =>
    byName("type", [lastPart({ field }) ?? ""]) !== undefined || meantType(value) !== undefined;
  const names = fields.filter((place) => isBack(place) && !isType(place));
  const usual = names.find(({ field }) => byName("name", [lastPart({ field }) ?? ""]) !== undefined);
  const name = usual ?? names[0];
  const types = fields.filter((place) => place !== name && isType(place));
  const type = types.find(({ value }) => meantType(value) !== undefined) ?? types[0];
  return { name, type };
}

/** The texts in a body: fields of an object in it have names such as "key.name". */
function flat(sent: unknown): Place[] {
  if (!isObject(sent)) return [];
  return Object.entries(sent).flatMap(([field, value]) => {
    const inner = isObject(value)
      ? Object.entries(value).map(([name, it]) => [`${field}.${name}`, it] as const)
      : [[field, value] as const];
    return inner.flatMap(([name, it]) =>
      typeof it === "string" && it !== "" ? [{ field: name, value: it }] : [],
    );
  });
}

/** The name of a field in its own object. */
export function lastPart(place: Pick<Place, "field"> | undefined): string | undefined {
  return place?.field.split(".").at(-1);
}

function nameOf(key: Fields, sent: Place | undefined): Place | undefined {
  const texts = Object.entries(key).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  const same = texts.filter(([, value]) => value === sent?.value).map(([field]) => field);
  const field =
    byName("name", same) ??
    same[0] ??
    (sent
      ? undefined
      : byName(
          "name",
          texts.map(([it]) => it),
        ));
  return field === undefined ? sent : { field, value: String(key[field]) };
}

interface Value extends Place {
  readonly isUsual: boolean;
}

function valueIn(object: Fields, id: Place | undefined, name: Place | undefined): Value | undefined {
  const rest = Object.entries(object).filter(
    ([field, value]) => field !== id?.field && !JWT.test(String(value)),
  );
  const field = guessValueField(Object.fromEntries(rest), DEFAULT_CONTRACT, name?.value ?? "");
  if (field === undefined) return undefined;
  const value = String(object[field]);
  return { field, value, isUsual: /^[0-9a-f]{108}$/i.test(value) || byName("value", [field]) !== undefined };
}

/** A value in another object of the same response. */
function valueBeside(
  raw: unknown,
  key: Fields,
  ...own: [Place | undefined, Place | undefined]
): Value | undefined {
  return [...objectsIn(raw)]
    .filter((object) => object !== key)
    .flatMap((object) => valueIn(object, ...own) ?? [])
    .find(({ isUsual }) => isUsual);
}

function revealOf(id: Place, later: readonly Exchange[]) {
  for (const reveal of later) {
    if (!["GET", "POST"].includes(reveal.method) || !reveal.segments.includes(id.value)) continue;
    const objects = [unwrapped(reveal.raw), ...objectsIn(reveal.raw)].filter(isObject);
    const [value] = objects.flatMap((object) => valueIn(object, id, undefined) ?? []);
    if (value !== undefined) return { reveal, value, isUsualValue: value.isUsual };
  }
  return undefined;
}

function isPublic({ value: { value }, sent }: Unjudged, shown: number): boolean {
  const meant = sent.type && meantType(sent.type.value);
  return meant === undefined
    ? value.startsWith("pk_") || (shown > 1 && !/^[0-9a-f]{108}$/i.test(value))
    : meant === "public";
}

/** Objects of a response that are not in lists, the outermost first. */
export function* objectsIn(raw: unknown, depth = 0): Generator<Fields> {
  if (!isObject(raw) || depth > DEEPEST) return;
  yield raw;
  for (const value of Object.values(raw)) yield* objectsIn(value, depth + 1);
}

/** Objects in the lists of a response. */
export function entriesIn(raw: unknown, depth = 0): readonly Fields[] {
  if (depth > DEEPEST) return [];
  if (Array.isArray(raw)) return raw.filter(isObject);
  return isObject(raw) ? Object.values(raw).flatMap((value) => entriesIn(value, depth + 1)) : [];
}

/** The default contract with the names of these fields, where they differ. */
export function contractWith(fields: Contract["fields"]): Contract {
  return { ...DEFAULT_CONTRACT, fields };
}
