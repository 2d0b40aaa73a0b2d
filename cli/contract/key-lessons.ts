import { CONVENTIONAL_NAMES, DEFAULT_CONTRACT, FIELDS, type Field } from "../../provider/payengine/contract";
import { type PayEngineKey, readPage } from "../../provider/payengine/read-answer";
import { type ContractChange, withChanges } from "./contract-lines";
import { type Creation, contractWith, lastPart } from "./creations";
import { guessFields, guessPublicValueField, isSettable, namesOf } from "./guess-fields";
import { meansDead, meantType, revokedStatuses, typeChanges } from "./known-words";
import { INEXPRESSIBLE, type Lesson, missing, sure, unseen, unsure } from "./learned";
import { isPlainName, isPlainWord } from "./plain-words";
import type { RecordedCalls } from "./recorded-calls";
import { entriesIn } from "./traces";

/** What a recording shows, and the members of the contract that differ from the default. */
export interface Taught {
  readonly lessons: readonly Lesson[];
  readonly changes: readonly ContractChange[];
}

/** Learns the names of a key's fields. */
export function fieldLessons(creation: Creation, calls: RecordedCalls): Taught {
  const { key, id, name, sent, value } = creation;
  const entries = calls.lists.flatMap(({ raw }) => entriesIn(raw));
  const keys = entries.length > 0 ? entries : [key];
  const known = {
    ...own("id", id?.field),
    ...own("name", lastPart(sent.name ?? name)),
    ...own("type", lastPart(sent.type)),
    ...own("value", value.field),
  };
  const fields = { ...guessFields(keys, contractWith(known)), ...known };
  const isShown = (field: string) => isSettable(field) && isPlainName(field);
  const isRenamed =
    name !== undefined && key[name.field] === name.value && name.field !== lastPart(sent.name ?? name);
  const isOdd = isRenamed || !Object.values(fields).every(isShown);
  const publicValue = guessPublicValueField(keys, contractWith(fields));
  return {
    lessons: [
      isOdd ? unsure("fields", ODD_NAME, INEXPRESSIBLE) : sure("fields", toldFields(creation, keys, fields)),
      ...(publicValue === undefined ? [] : [unsure("fields", OTHER_VALUE, INEXPRESSIBLE)]),
    ],
    changes: Object.entries(fields).flatMap(([field, path]) =>
      isShown(path) ? [{ path: `fields.${field}`, value: path }] : [],
    ),
  };
}

const ODD_NAME = "a field has different names in the request and the response, or a name that is not a word";
const OTHER_VALUE = "public keys have their values in another field than private ones";

/** The names of the fields that were seen, with their meanings where they differ from the default. */
function toldFields(
  { create, key, value }: Creation,
  keys: readonly object[],
  fields: Partial<Record<Field, string>>,
): string {
  const seen = new Set([Object(create.sent), key, ...keys].flatMap(Object.keys).concat(value.field));
  const nameOf = (field: Field) => namesOf(field, contractWith(fields)).find((it) => seen.has(it));
  const names = FIELDS.flatMap((field) => {
    const name = nameOf(field);
    if (name === undefined) return [];
    return CONVENTIONAL_NAMES[field].includes(name) ? [name] : [`${name} (${field})`];
  });
  const absent = FIELDS.filter((field) => nameOf(field) === undefined);
  if (absent.length === 0) return names.join(", ");
  return `${names.join(", ")}; no ${absent.join(", no ")}, which the provider can do without`;
}

/** A field whose name differs from the default ones. */
function own(field: Field, name: string | undefined): Partial<Record<Field, string>> {
  return name === undefined || CONVENTIONAL_NAMES[field].includes(name) ? {} : { [field]: name };
}

/** Learns the words for the types, from requests and from listed keys. */
export function typeLessons(creations: readonly Creation[], calls: RecordedCalls, fields: Taught): Taught {
  const sentFor = (isPublic: boolean) => creations.find((it) => it.isPublic === isPublic)?.sent.type?.value;
  const [forPrivate, sentPublic] = [sentFor(false), sentFor(true)];
  const [first] = creations.filter(({ isPublic }) => !isPublic);
  const listed = typeChanges(listedKeys(calls, fields), first?.value.value ?? "");
  const forPublic = sentPublic ?? listed.find(({ path }) => path === "types.public")?.value;
  const words = { private: forPrivate, public: forPublic } as const;
  const changes = (["public", "private"] as const).flatMap((type) => {
    const word = words[type];
    if (word === undefined || !isPlainWord(word) || word === DEFAULT_CONTRACT.types[type]) return [];
    return [{ path: `types.${type}`, value: word }];
  });
  const lesson = typeLesson(forPrivate, forPublic ?? listedPublic(calls, fields));
  return { lessons: [lesson], changes };
}

function typeLesson(forPrivate: string | undefined, forPublic: string | undefined): Lesson {
  const about = "types";
  if (forPrivate === undefined)
    return unseen(about, 'the request names no type; the provider sends "private" or "public"');
  if (!isPlainWord(forPrivate) || (forPublic !== undefined && !isPlainWord(forPublic)))
    return unsure(about, "a type is not a word", "set payengine:contract.types by hand");
  if (meantType(forPrivate) === "public")
    return unsure(about, `"${forPrivate}" was sent for the key`, "record the creation of a private key");
  if (forPublic !== undefined) return sure(about, `"${forPrivate}" for private, "${forPublic}" for public`);
  if (forPrivate === "private")
    return unseen(about, '"private" for private; no public key was seen, so "public" applies');
  const todo =
    'to create public keys, set payengine:contract.types.public to your account\'s word, unless it is "public"';
  return missing(about, `"${forPrivate}" for private; no public key was seen`, todo);
}

function listedPublic(calls: RecordedCalls, fields: Taught): string | undefined {
  return listedKeys(calls, fields).some(({ type }) => type === "public") ? "public" : undefined;
}

/** Learns which statuses mean revoked: the one after the revocation, and other known ones. */
export function statusLessons(calls: RecordedCalls, fields: Taught): Taught {
  const about = "statuses";
  const { statusAfter, statusBefore } = calls;
  const dead = listedKeys(calls, fields)
    .map(({ status }) => status)
    .filter(meansDead);
  const words = [...new Set([...(statusAfter === undefined ? [] : [statusAfter]), ...dead])];
  if (!words.every(isPlainWord))
    return {
      lessons: [
        unsure(
          about,
          "the status of a revoked key is not a word",
          "set payengine:contract.revokedStatuses by hand",
        ),
      ],
      changes: [],
    };
  const isDefault = words.every((word) => DEFAULT_CONTRACT.revokedStatuses.includes(word));
  const before =
    statusBefore !== undefined && isPlainWord(statusBefore) ? `; a live key is "${statusBefore}"` : "";
  const told = words.map((word) => `"${word}"`).join(" and ");
  const lesson =
    words.length > 0
      ? sure(about, `${told} means revoked${before}`)
      : unseen(about, `no revoked key was seen${before}, so "revoked" means revoked`);
  return { lessons: [lesson], changes: isDefault ? [] : [revokedStatuses(DEFAULT_CONTRACT, words)] };
}

/** The listed keys, as far as the provider can read them. */
function listedKeys({ lists }: RecordedCalls, { changes }: Taught): readonly PayEngineKey[] {
  const contract = withChanges(DEFAULT_CONTRACT, changes) ?? DEFAULT_CONTRACT;
  return lists.flatMap(({ raw }) => {
    try {
      return readPage(raw, contract).data;
    } catch {
      return [];
    }
  });
}
