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
export function fieldLessons(
  { create, key, id, name, sent, ...made }: Creation,
  calls: RecordedCalls,
): Taught {
  const entries = calls.lists.flatMap(({ raw }) => entriesIn(raw));
  const known = {
    ...own("id", id?.field),
    ...own("name", lastPart(sent.name ?? name)),
    ...own("type", lastPart(sent.type)),
    ...own("value", made.value.field),
  };
  const keys = entries.length > 0 ? entries : [key];
  const fields = { ...guessFields(keys, contractWith(known)), ...known };
  const unsettable = Object.values(fields).filter((field) => !(isSettable(field) && isPlainName(field)));
  const publicValue = guessPublicValueField(keys, contractWith(fields));
  const seen = new Set(
    [create.sent, key, ...keys, { [made.value.field]: 1 }].flatMap((it) => Object.keys(Object(it))),
  );
  const has = (field: Field) => namesOf(field, contractWith(fields)).find((it) => seen.has(it));
  const told = FIELDS.flatMap((field) => {
    const found = has(field);
    if (found === undefined || !isPlainName(found)) return [];
    return CONVENTIONAL_NAMES[field].includes(found) ? [found] : [`${found} (${field})`];
  });
  const absent = FIELDS.filter((field) => has(field) === undefined);
  const without =
    absent.length === 0 ? "" : `; no ${absent.join(", no ")}, which the provider can do without`;
  const renamed =
    name !== undefined &&
    sent.name !== undefined &&
    key[name.field] === name.value &&
    name.field !== lastPart(sent.name);
  return {
    lessons: [
      ...(unsettable.length > 0 || renamed
        ? [
            unsure(
              "fields",
              "a field has different names in the request and the response, or a name that is not a word",
              INEXPRESSIBLE,
            ),
          ]
        : [sure("fields", `${told.join(", ")}${without}`)]),
      ...(publicValue === undefined
        ? []
        : [
            unsure(
              "fields",
              "public keys have their values in another field than private ones",
              INEXPRESSIBLE,
            ),
          ]),
    ],
    changes: Object.entries(fields).flatMap(([field, path]) =>
      isSettable(path) && isPlainName(path) ? [{ path: `fields.${field}`, value: path }] : [],
    ),
  };
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
