import { readCreated, readPage } from "../../provider/payengine/read-answer";
import type { Creation } from "./creations";
import type { Exchange } from "./exchanges";
import { INEXPRESSIBLE, type Lesson, missing, sure, unseen, unsure } from "./learned";
import { isPlainName } from "./plain-words";
import type { RecordedCalls } from "./recorded-calls";
import { attempt, type CallLesson, formOf, named, queryLesson, type Reading } from "./request-form";
import { requestLine } from "./request-line";
import { isObject } from "./shape";

export function createLesson({ create, key, ...made }: Creation, { contract, base }: Reading): CallLesson {
  const about = "create";
  const { line } = requestLine(create, base, undefined);
  const { sent, id, value, reveal, name } = made;
  const fields = [sent.name?.field, sent.type?.field].flatMap((it) => it ?? []);
  const others = Object.keys(Object(create.sent)).filter(
    (it) => !fields.some((field) => field.split(".")[0] === it),
  );
  const read = attempt(() => readCreated(create.raw, contract));
  const isRead =
    (id === undefined || key[id.field] === undefined || read?.id === id.value) &&
    (reveal !== undefined || read?.value === value.value) &&
    (name === undefined || key[name.field] === undefined || read?.name === name.value);
  const how = formOf(create, "object");
  const withValue = reveal === undefined ? "with the key's value" : "without the key's value";
  const withoutId = id !== undefined && key[id.field] === undefined ? " and without its ID" : "";
  return {
    line,
    lessons: [
      isRead
        ? sure(about, `${line} returned ${create.status}, ${withValue}${withoutId}: ${how}`)
        : unsure(
            about,
            `${line} returned ${create.status}, but the provider cannot read it: ${how}`,
            INEXPRESSIBLE,
          ),
      ...bodyLesson(about, create, fields, others),
      ...(id === undefined
        ? [
            unsure(
              about,
              "the response has no key ID that a later request uses",
              "record again, and revoke the key before you export: that request has the ID",
            ),
          ]
        : []),
      ...valueLesson(made),
      ...queryLesson(about, create),
    ],
  };
}

function bodyLesson(
  about: string,
  { sentAs }: Exchange,
  fields: readonly string[],
  others: readonly string[],
): Lesson[] {
  const doctor =
    "run `npx pulumi-payengine doctor --write`: it shows whether the account accepts the provider's request";
  if (sentAs === "nothing")
    return [
      unsure(
        about,
        "the request's body is not in the recording, so its fields are those of the response",
        doctor,
      ),
    ];
  if (sentAs !== "JSON")
    return [unsure(about, `the console sends ${sentAs}, and the provider sends JSON`, doctor)];
  if (fields.some((field) => field.includes(".")))
    return [unsure(about, "the request has the name or type in an inner object", INEXPRESSIBLE)];
  const more = named(others);
  return others.length === 0
    ? []
    : [
        unsure(
          about,
          `the request has more fields than name and type${more}, which the provider does not send`,
          doctor,
        ),
      ];
}

function valueLesson({
  isUsualValue,
  shown,
  value,
}: Pick<Creation, "isUsualValue" | "shown" | "value">): Lesson[] {
  const field = isPlainName(value.field) ? `"${value.field}"` : "a field";
  if (!isUsualValue)
    return [
      unsure(
        "value",
        `${field} looks like the key's value, but neither its name nor its format is usual`,
        "check it in the recording",
      ),
    ];
  if (shown < 2) return [];
  const what = `${field} is in ${shown} responses, but PayEngine shows a private key once`;
  return [unsure("value", what, "check that it is the private key's value")];
}

/** @param guess the usual path of a list, if none was seen. */
export function listLesson(
  { id }: Creation,
  { lists, isListed }: RecordedCalls,
  reading: Reading,
  guess: string,
): CallLesson {
  const about = "list";
  const { contract, base } = reading;
  const [list] = lists;
  if (list === undefined) {
    const todo =
      "reload the page of keys while you record, or check the guess with `npx pulumi-payengine doctor`";
    return { line: guess, lessons: [missing(about, `a guess is used: ${guess}`, todo)] };
  }
  const { line } = requestLine(list, base, undefined);
  const showing = lists.find((it) =>
    attempt(() => readPage(it.raw, contract).data.some((key) => id === undefined || key.id === id.value)),
  );
  const how = `${line} returned ${list.status}: ${formOf(list, "list")}`;
  if (!isListed)
    return {
      line,
      lessons: [
        unsure(
          about,
          `${how}; it does not show the new key`,
          "reload the page of keys after you created the key, and record again",
        ),
      ],
    };
  if (showing === undefined)
    return { line, lessons: [unsure(about, `${how}, which the provider cannot read`, INEXPRESSIBLE)] };
  return { line, lessons: [sure(about, how), pagingLesson(lists)] };
}

const SENT_BY_PROVIDER = ["page", "size", "limit", "q"];

function pagingLesson(lists: readonly Exchange[]): Lesson {
  const about = "paging";
  const names = [...new Set(lists.flatMap(({ query }) => query.map(([name]) => name)))];
  const others = names.filter((name) => !SENT_BY_PROVIDER.includes(name));
  const beside = lists.flatMap(({ raw }) => (isObject(raw) ? Object.entries(raw) : []));
  const hasCursor = beside.some(([name, value]) => /cursor|next|continu/i.test(name) && Boolean(value));
  const doctor = "run `npx pulumi-payengine doctor`: it shows whether `page` reaches every key";
  if (hasCursor)
    return unsure(about, "the response points to its next page, and the provider counts pages", doctor);
  if (others.length > 0)
    return unsure(
      about,
      `the console sends other parameters${named(others)}; the provider sends page, size, limit and q`,
      doctor,
    );
  if (names.includes("page")) return sure(about, `the list takes ${names.join(", ")}`);
  return unseen(about, "the provider sends page, size, limit and q; `doctor` shows whether they work");
}
