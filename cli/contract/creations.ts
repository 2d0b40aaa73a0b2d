import { type Contract, DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { unwrapped } from "../../provider/payengine/read-answer";
import { type Exchange, isSuccess } from "./exchanges";
import { byName, guessFields, guessValueField } from "./guess-fields";
import { meantType } from "./known-words";
import { isObject } from "./shape";
import { type Fields, objectsIn, Traces } from "./traces";

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

/** A creation as its own request and later ones show it. */
export type FoundCreation = Omit<Creation, "shown" | "isPublic">;

const JWT = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;
const WRITES = ["POST", "PUT", "PATCH"];
/** A request with such a field signs a person in, and its response has a token that is no key. */
const SIGN_IN = /pass(word|code|wd)|^otp$|mfa|grant_type|refresh_?token/i;

/** Requests that created a key, in their order. */
export function foundIn(exchanges: readonly Exchange[]): readonly FoundCreation[] {
  const traces = new Traces(exchanges);
  return exchanges.flatMap((exchange, index) => {
    if (!isSuccess(exchange) || !WRITES.includes(exchange.method)) return [];
    if (Object.keys(Object(exchange.sent)).some((field) => SIGN_IN.test(field))) return [];
    const moment = { create: exchange, index, traces, exchanges };
    const candidates = [...objectsIn(exchange.raw)].flatMap((key) => creationOf(key, moment) ?? []);
    return candidates.sort((one, other) => likelihood(other) - likelihood(one)).slice(0, 1);
  });
}

/** Adds what only all responses together show. */
export function judged(creation: FoundCreation, exchanges: readonly Exchange[]): Creation {
  const shown = exchanges.filter(({ text }) => text.includes(creation.value.value)).length;
  return { ...creation, shown, isPublic: isPublic(creation, shown) };
}

/** A request that may have created a key, and what came before and after it. */
interface Moment {
  readonly create: Exchange;
  readonly index: number;
  readonly traces: Traces;
  readonly exchanges: readonly Exchange[];
}

/** Of several objects in one response, the key has most of a key's parts. */
function likelihood({ key, id, name, value, reveal, isUsualValue }: FoundCreation): number {
  const parts = [id !== undefined, reveal !== undefined || key[value.field] === value.value, isUsualValue];
  return parts.concat(name !== undefined && key[name.field] === name.value).filter(Boolean).length;
}

function creationOf(key: Fields, moment: Moment): FoundCreation | undefined {
  const { create, index, traces } = moment;
  const sent = sentIn(key, moment);
  // A response without an ID: the list has the key under its name.
  const entry = sent.name && traces.listed(sent.name.value, create, index);
  const id = idOf(key, moment) ?? (entry && idOf(entry, moment));
  const name = nameOf(key, sent.name);
  // A response without any trace of a key is something else, such as a sign-in.
  if (id === undefined && sent.name === undefined) return undefined;
  const common = { create, key, id, name, sent };
  const [own, weaker] = [valueIn(key, id, name), valueBeside(create.raw, key, id, name)];
  const atCreate = own?.isUsual ? own : (weaker ?? own);
  if (atCreate?.isUsual) return { ...common, value: atCreate, isUsualValue: true, reveal: undefined };
  const revealed = id && traces.isUsed(id.value, create, index) ? revealOf(id, moment) : undefined;
  if (revealed) return { ...common, ...revealed };
  return atCreate && { ...common, value: atCreate, isUsualValue: false, reveal: undefined };
}

/** The field whose value is a part of later paths, or of a list. */
function idOf(key: Fields, { create, index, traces }: Moment): Place | undefined {
  const fields = Object.entries(key)
    .filter(
      ([, value]) => (typeof value === "string" && /^[^\s/]{1,64}$/.test(value)) || typeof value === "number",
    )
    .map(([field, value]) => ({ field, value: String(value) }))
    // An ID of an account is in paths before the key exists.
    .filter(({ value }) => traces.isNew(value, index));
  const used = fields.filter(({ value }) => traces.isUsed(value, create, index));
  const names = used.map(({ field }) => field);
  const usual = byName("id", names) ?? names[0];
  const guess = usual ?? (key.id === undefined ? guessFields([key], DEFAULT_CONTRACT).id : "id");
  const found = fields.find(({ field }) => field === guess);
  const isBack = found && (used.includes(found) || traces.listed(found.value, create, index));
  return isBack ? found : undefined;
}

/** The fields of the request's body that are the key's name and type. */
function sentIn(key: Fields, { create, index, traces }: Moment): Creation["sent"] {
  const fields = flat(create.sent);
  const isBack = ({ value }: Place) =>
    Object.values(key).includes(value) || traces.listed(value, create, index) !== undefined;
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
    ([field, value]) => field !== id?.field && !(typeof value === "string" && JWT.test(value)),
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

function revealOf(id: Place, { create, index, exchanges }: Moment) {
  const reveals = exchanges.slice(index + 1).filter((it) => isSuccess(it) && it.origin === create.origin);
  for (const reveal of reveals) {
    if (!["GET", "POST"].includes(reveal.method) || !reveal.segments.includes(id.value)) continue;
    const objects = [unwrapped(reveal.raw), ...objectsIn(reveal.raw)].filter(isObject);
    const [value] = objects.flatMap((object) => valueIn(object, id, undefined) ?? []);
    if (value !== undefined) return { reveal, value, isUsualValue: value.isUsual };
  }
  return undefined;
}

function isPublic({ value: { value }, sent }: FoundCreation, shown: number): boolean {
  const meant = sent.type && meantType(sent.type.value);
  return meant === undefined
    ? value.startsWith("pk_") || (shown > 1 && !/^[0-9a-f]{108}$/i.test(value))
    : meant === "public";
}

/** The default contract with the names of these fields, where they differ. */
export function contractWith(fields: Contract["fields"]): Contract {
  return { ...DEFAULT_CONTRACT, fields };
}
