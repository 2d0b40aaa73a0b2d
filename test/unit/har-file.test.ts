import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parseHar, readHar } from "../../cli/contract/har-file";
import { harOf } from "../har-recorder";
import { messageThrownBy } from "../sandbox-harness";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "har-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** What is said about a file with this content, without its folder. */
async function saidOf(content: string | Uint8Array): Promise<string> {
  const path = join(folder, "keys.har");
  await writeFile(path, content);
  return (await messageThrownBy(() => readHar(path))).replace(`${folder}/`, "");
}

const AGAIN = "export the recording from your browser's network tab again";
const CUT = `keys.har is cut short: its JSON does not end; ${AGAIN}, and wait until the browser has saved it.`;
const NOT_JSON = `keys.har is not JSON, so it is not a HAR; ${AGAIN}, with "Export HAR (with sensitive data)" or "Save All As HAR".`;
const NO_HAR = `keys.har is JSON, but not a HAR: it has no log.entries; ${AGAIN}, with "Export HAR (with sensitive data)" or "Save All As HAR".`;

test.each([
  ["is empty", "", `keys.har is empty; ${AGAIN}.`],
  ["has only a byte order mark", "\uFEFF \n", `keys.har is empty; ${AGAIN}.`],
  ["ends in a text", '{"log":{"entries":[{"request":{"url":"https://a/se', CUT],
  ["ends after a bracket", '{"log":{"entries":[{"request":{}}', CUT],
  ["is a web page", "<!doctype html><p>secret</p>", NOT_JSON],
  ["is binary", Buffer.from([0x1f, 0x8b, 8, 0, 0, 0xff]), NOT_JSON],
  ["has a mistake inside", '{"log":{"entries":[}]}', NOT_JSON],
  ["is another JSON object", '{"version":3,"deployment":{"secret":"a"}}', NO_HAR],
  ["is a list", "[1,2]", NO_HAR],
  ["has entries that are no list", '{"log":{"entries":{"secret":1}}}', NO_HAR],
])("a recording that %s gets a message that says what to do", async (_what, content, message) => {
  expect(await saidOf(content)).toBe(message);
});

test("a file that is missing, a folder or too large gets a message before it is read", async () => {
  const large = join(folder, "large.har");
  await writeFile(large, "");
  await truncate(large, 200_000_000);
  const said = await Promise.all(
    ["missing.har", "large.har/keys.har", "", "large.har"].map((name) =>
      messageThrownBy(() => readHar(join(folder, name))),
    ),
  );
  expect(said.map((it) => it.replaceAll(folder, "folder"))).toEqual([
    "Cannot read folder/missing.har: there is no such file.",
    "Cannot read folder/large.har/keys.har: there is no such file.",
    "folder is a folder; give the .har file in it.",
    "folder/large.har has 200 MB, and at most 100 MB are read; clear the network tab, create, list and revoke one key, and " +
      "export the recording at once.",
  ]);
});

test("a device is not read", async () => {
  expect(await messageThrownBy(() => readHar("/dev/zero"))).toBe(
    "/dev/zero is not a file; save the recording as a .har file first.",
  );
});

test("every beginning of a recording counts as cut short", () => {
  const request = { method: "GET", url: 'https://a.example/"\\[{', headers: [{ name: "a", value: "1" }] };
  const whole = JSON.stringify(
    harOf([{ request, response: { status: 200, content: { text: "{}" } } } as never]),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: whole.length - 1 }), (length) => {
      expect(() => parseHar("keys.har", whole.slice(0, length))).toThrow(new Error(CUT));
    }),
  );
  expect(parseHar("keys.har", `\uFEFF${whole}\n`)).toHaveLength(1);
});

test("entries that are not requests are left out", () => {
  const text = JSON.stringify({ log: { entries: [null, 1, {}, { request: { method: "GET" } }] } });
  expect(parseHar("keys.har", text)).toEqual([]);
});
