import { gzipSync } from "node:zlib";
import type { Entry } from "har-format";
import { messageThrownBy } from "../sandbox-harness";
import { changed, header, learnFrom, UsualRecording, undecided } from "./learn-harness";

let usual: UsualRecording;
beforeAll(async () => {
  usual = await UsualRecording.open();
});
afterAll(() => usual.close());

test("compressed and base64 bodies, HTTP/2 headers, preflights, static files and other hosts change nothing", () => {
  const expected = learnFrom(usual.entries);
  const encoded = changed(usual.entries, ({ request, response }) => ({
    headers: [
      ...request.headers.map((it) => header(it.name.toUpperCase(), it.value)),
      header(":authority", "a"),
      header(":path", "/"),
    ],
    response: {
      content: {
        ...response.content,
        mimeType: undefined,
        encoding: "base64",
        text: gzipSync(`\uFEFF${response.content.text}`).toString("base64"),
      },
    },
  }));
  const [first] = usual.entries;
  const around = (method: string, url: string, status: number, mimeType: string, text: string): Entry => ({
    ...first,
    request: { ...first.request, method, url },
    response: { ...first.response, status, content: { size: text.length, mimeType, text } },
  });
  const noise = [
    around("OPTIONS", `${usual.url}/api-keys`, 204, "", ""),
    around("POST", `${usual.url}/api-keys`, 0, "", ""),
    around("GET", `${usual.url}/script.js`, 200, "application/javascript", "[1]"),
    around(
      "GET",
      "https://analytics.example/api-keys",
      200,
      "application/json",
      '{"data":[{"id":"1","name":"a"}]}',
    ),
    around(
      "POST",
      "https://analytics.example/collect",
      200,
      "application/json",
      '{"id":"1","token":"0123456789abcdef0123456789"}',
    ),
    around("GET", "blob:https://a.example/1", 200, "application/json", "{}"),
    around("GET", "not a URL", 200, "", ""),
  ];
  expect(learnFrom([...noise, ...encoded])).toEqual(expected);
  expect(undecided(expected)).toEqual([]);
});

test("a body that unpacks to more than 10 MB is not read", async () => {
  const bomb = gzipSync(Buffer.alloc(10_000_001, "a")).toString("base64");
  const entries = changed(usual.entries, ({ response }) => ({
    response: { content: { ...response.content, encoding: "base64", text: bomb } },
  }));
  expect(await messageThrownBy(() => learnFrom(entries))).toMatch(/^keys\.har has no response bodies, /);
});

test("the order of the entries does not matter if they have dates", () => {
  expect(learnFrom(usual.entries.toReversed())).toEqual(learnFrom(usual.entries));
});

const RECORD =
  'open the network tab, turn on "Preserve log", create one private key by hand in PayEngine\'s console, reload the page, revoke ' +
  "the key, and export again.";
const NO_BODIES =
  'so it does not show how keys are returned. In Chrome, keep the developer tools open while you record, and use "Export HAR ' +
  '(with sensitive data)"; in Firefox, use "Save All As HAR" before you leave the page. Then record again.';

test("a recording without a new private key gets a message that says what to do", async () => {
  const isCreate = ({ request }: Entry) => request.method === "POST";
  const failed = changed(usual.entries, (entry) =>
    isCreate(entry) ? { response: { status: 422 } } : {},
  ).filter(({ request }) => request.method !== "DELETE");
  const elsewhere = changed(usual.entries, (entry) => ({
    url: `https://www.example.com${new URL(entry.request.url).pathname}`,
  })).filter((it) => !isCreate(it));
  const published = await usual.record({ type: "public" });
  const without = (choose: (entry: Entry) => boolean) =>
    changed(usual.entries, (entry) =>
      choose(entry) ? { response: { content: { size: 1, mimeType: "application/json" } } } : {},
    );
  const said = [
    [],
    failed,
    elsewhere,
    published.recorder.entries,
    without(() => true),
    without(isCreate),
  ].map((entries) => messageThrownBy(() => learnFrom(entries)));
  expect(await Promise.all(said)).toEqual([
    `keys.har has no requests; ${RECORD}`,
    `keys.har has no key: POST /api/api-keys returned 422, and no other request created one. Correct what the console reported, then ${RECORD}`,
    `keys.har has nothing that creates a key: 6 requests to 1 host (www.example.com); ${RECORD}`,
    `keys.har creates only public keys, which do not show how private values are returned; ${RECORD}`,
    `keys.har has no response bodies, ${NO_BODIES}`,
    `keys.har does not have the response of POST /api/api-keys, ${NO_BODIES}`,
  ]);
});

test("two keys that were created in one way teach one contract, and keys that were not are refused", async () => {
  const two = await usual.record({ revokes: false }, (await usual.record()).recorder);
  const learned = learnFrom(two.recorder.entries);
  expect([learned.contract, learned.keys]).toEqual([{}, { created: 2, revoked: 1 }]);
  const both = await usual.record({ type: "public" }, (await usual.record()).recorder);
  expect(undecided(learnFrom(both.recorder.entries))).toEqual([]);

  let creations = 0;
  const differing = two.recorder.entries.map((entry): Entry => {
    const isSecond = entry.request.method === "POST" && ++creations === 2;
    return isSecond ? { ...entry, request: { ...entry.request, method: "PUT" } } : entry;
  });
  expect(await messageThrownBy(() => learnFrom(differing))).toBe(
    "keys.har creates 2 keys in 2 different ways; record the creation of one private key.",
  );
});

test("a key that the recording neither opens nor revokes leaves two things to decide", async () => {
  const { recorder } = await usual.record({ opensDetails: false, revokes: false });
  const learned = learnFrom(recorder.entries);
  expect([learned.contract, learned.keys]).toEqual([{ get: "none" }, { created: 1, revoked: 0 }]);
  expect(undecided(learned)).toEqual([
    "not seen revoke: a guess is used: DELETE /api-keys/{id} → revoke the key in the console: it may still be live. Revoke it " +
      "while you record, or check the guess with `npx pulumi-payengine doctor --write`",
  ]);
});

test("more than 20 keys are refused", async () => {
  const one = await usual.record();
  const text = JSON.stringify(one.recorder.entries);
  const copies = Array.from({ length: 21 }, (_, at) =>
    text.replaceAll(one.id, `id-${at}`).replaceAll(one.name, `name-${at}`),
  );
  expect(await messageThrownBy(() => learnFrom(copies.flatMap((it): Entry[] => JSON.parse(it))))).toBe(
    "keys.har creates 21 keys; record the creation of one private key.",
  );
});

test("JSON that is nested very deeply does no harm", () => {
  const deep = (text: string) => `${'{"data":['.repeat(20_000)}${text}${"]}".repeat(20_000)}`;
  const entries = changed(usual.entries, ({ request, response }) => {
    const inner = (text: string | undefined) =>
      text?.replace(/^\{/, `{"more":${deep("1")},"all":[${deep("2")}],`);
    const { postData } = request;
    return {
      ...(postData && { postData: { mimeType: "application/json", text: inner(postData.text) ?? "" } }),
      response: { content: { ...response.content, text: inner(response.content.text) } },
    };
  });
  expect(undecided(learnFrom(entries))).toEqual([
    expect.stringMatching(/^not sure create: the request has more fields than name and type \(more, all\)/),
  ]);
});
