import fc from "fast-check";
import type { Entry } from "har-format";
import { describeLearned } from "../../cli/contract/describe";
import { parseHar } from "../../cli/contract/har-file";
import { learn } from "../../cli/contract/learn";
import { harOf } from "../har-recorder";
import { UsualRecording } from "./learn-harness";

let entries: readonly Entry[];
let own: readonly string[];
beforeAll(async () => {
  const usual = await UsualRecording.open();
  const { recorder, secrets } = await usual.record();
  entries = recorder.entries;
  own = secrets;
  await usual.close();
});

/** All that the command prints about a recording. */
function printed(har: unknown): string {
  try {
    const learned = learn("keys.har", parseHar("keys.har", JSON.stringify(har)));
    return JSON.stringify(learned) + describeLearned("keys.har", learned);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const WINDOW = 12;

/** Whether a text has any 12 characters of a secret, in either case. Faster than `findSecrets`, for hundreds of runs. */
function leaks(content: string, secrets: readonly string[]): boolean {
  const text = content.toLowerCase();
  return secrets.some((it) =>
    Array.from({ length: Math.max(1, it.length - WINDOW + 1) }, (_, at) => it.slice(at, at + WINDOW)).some(
      (part) => text.includes(part.toLowerCase()),
    ),
  );
}

const hex = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((it) => Buffer.from(it).toString("hex"));
const base64 = fc
  .uint8Array({ minLength: 24, maxLength: 48 })
  .map((it) => Buffer.from(it).toString("base64url"));
const secret = fc.oneof(
  hex(54),
  hex(16),
  base64,
  base64.map((it) => `eyJ${it}.eyJ${it}.${it}`),
  base64.map((it) => `sk_live_${it}`),
  fc.uuid(),
  fc.tuple(base64, base64).map(([user, host]) => `${user}@${host}.example`),
);

/** A change at one place: the place is a number, because each recording has another number of places. */
const change = fc.record({
  at: fc.nat(),
  secret,
  how: fc.constantFrom("value", "field", "part of a path", "more"),
});

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** The JSON with a secret at one of its texts, or as the name of one of its fields. */
function withSecret(json: unknown, { at, secret: text, how }: Change): unknown {
  const places = countPlaces(json);
  let left = at % places;
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([field, inner]) => {
          const isHere = left-- === 0;
          if (isHere && how === "field") return [text, inner];
          return [field, isHere ? planted(inner, text, how) : visit(inner)];
        }),
      );
    return value;
  };
  return visit(json);
}

function planted(value: unknown, text: string, how: Change["how"]): unknown {
  if (typeof value !== "string" || how === "value") return text;
  if (how === "part of a path") return value.replace(/(?<=\/)[^/?]+(?=[^/]*$)/, text);
  return value.replace("/api/", `/api/${text}/`) === value
    ? `${value}${text}`
    : value.replace("/api/", `/api/${text}/`);
}

function countPlaces(json: unknown): number {
  if (typeof json !== "object" || json === null) return 0;
  const inner = Object.values(json)
    .map(countPlaces)
    .reduce((sum, it) => sum + it, 0);
  return inner + (Array.isArray(json) ? 0 : Object.keys(json).length);
}

/** The bodies as JSON instead of text, so that a secret can be at each place in them. */
function opened(entry: Entry): unknown {
  const { text = "" } = entry.response.content;
  const sent = entry.request.postData?.text;
  return {
    ...entry,
    request: {
      ...entry.request,
      ...(sent && { postData: { mimeType: "application/json", text: JSON.parse(sent) } }),
    },
    response: {
      ...entry.response,
      content: { ...entry.response.content, text: text === "" ? "" : JSON.parse(text) },
    },
  };
}

function closed(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json), (field, value) =>
    field === "text" && typeof value === "object" ? JSON.stringify(value) : value,
  );
}

test("a recording with secrets at any places prints none of them", () => {
  let learned = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const json = changes.reduce<unknown>(withSecret, entries.map(opened));
      const content = printed(harOf(closed(json) as Entry[]));
      if (content.includes("findings")) learned++;
      const secrets = [...own, ...changes.map((it) => it.secret)];
      expect(leaks(content, secrets)).toBe(false);
    }),
    { numRuns: 300 },
  );
  // The property would hold for a command that learns nothing.
  expect(learned).toBeGreaterThan(100);
});

test("a secret at the same place of every entry is not printed", () => {
  const replaced = [
    "/api/",
    "api-keys",
    "127.0.0.1",
    "authorization",
    "Basic",
    '"private"',
    '"active"',
    '"key"',
    '"id"',
    '"revoked"',
    '"data"',
  ];
  fc.assert(
    fc.property(fc.subarray(replaced, { minLength: 1 }), secret, (texts, text) => {
      const har = texts.reduce(
        (json, it) => {
          const inner = it.replace(/[a-z\d.-]+/i, text);
          return json
            .replaceAll(it, inner)
            .replaceAll(JSON.stringify(it).slice(1, -1), JSON.stringify(inner).slice(1, -1));
        },
        JSON.stringify(harOf(entries)),
      );
      expect(leaks(printed(JSON.parse(har)), [...own, text])).toBe(false);
    }),
    { numRuns: 300 },
  );
});

test("any JSON in place of an entry is read or refused without an error of another kind", () => {
  fc.assert(
    fc.property(fc.array(fc.json({ maxDepth: 4 }), { maxLength: 3 }), fc.nat({ max: 6 }), (texts, at) => {
      const random = texts.map((text) => JSON.parse(text));
      expect(printed({ log: { entries: [...random, ...entries.slice(at)] } })).toMatch(
        /^keys\.har (has|creates|does) |findings/,
      );
    }),
    { numRuns: 200 },
  );
});
