import fc from "fast-check";
import { fingerprint, shortFingerprint } from "../../provider/payengine/key-value";
import { type HeldKey, KnownKeys } from "../../recovery/whose/known-keys";
import { scanInput } from "../../recovery/whose/scan-input";
import { recorded } from "./whose-harness";

const TOKEN = "3f9a".padEnd(108, "0123456789abcdef");
const OLDER = "e1".padEnd(108, "fedcba9876543210");
const OTHER_FORM = "Zk-Q_9".padEnd(40, "xYz7_-");
const PUBLIC = `pk_test_${"aB3".padEnd(32, "0Zz9")}`;
const CREDENTIAL = "c0de".padEnd(108, "abcdef0123456789");

const known = new KnownKeys();
known.add(
  recorded("dev", [
    { resource: "checkout", token: TOKEN, previous: OLDER, credential: CREDENTIAL },
    { resource: "web", token: PUBLIC, type: "public" },
    { resource: "legacy", token: OTHER_FORM },
  ]),
);
known.add(recorded("prod", [{ resource: "shared", token: TOKEN }]));

const nameOf = ({ source, key, which }: HeldKey) => `${which} ${key.resource} of ${source}`;
const CURRENT = ["current checkout of dev", "current shared of prod"];

async function scan(...chunks: (string | Uint8Array)[]) {
  const bytes = chunks.map((chunk) => (typeof chunk === "string" ? Buffer.from(chunk) : chunk));
  const { exact, possible, ...rest } = await scanInput(bytes, known);
  return { ...rest, exact: [...exact].map(nameOf).sort(), possible: [...possible].map(nameOf).sort() };
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const ESC = String.fromCharCode(27);

describe("the value of a key is found", () => {
  test.each([
    ["alone", TOKEN],
    ["with line ends and spaces around it", `\r\n  ${TOKEN} \n`],
    ["in quotes", `key: "${TOKEN}",`],
    ["in a header", `Authorization: Basic ${TOKEN}`],
    ["in a Bearer header", `authorization:Bearer ${TOKEN}`],
    ["behind an equals sign", `PAYENGINE_API_KEY=${TOKEN}`],
    ["in a URL", `https://console.payengine.co/api?key=${TOKEN}&page=1`],
    ["URL-encoded", `auth=Basic%20${TOKEN}%0A`],
    ["twice URL-encoded", `auth=%22Basic%2520${TOKEN}%22`],
    ["in JSON in JSON", JSON.stringify(JSON.stringify({ key: TOKEN }))],
    ["behind an escaped line end", `the key is\\n${TOKEN}\\n`],
    ["behind escaped quotes", `{\\"key\\":\\"${TOKEN}\\"}`],
    ["behind an escape with digits", `\\u0022${TOKEN}\\u0022 \\x0a${TOKEN}`],
    ["behind n, as a broken escape leaves it", `n${TOKEN}`],
    ["glued to other hex digits", `deadbeef${TOKEN}00ff`],
    ["in base64", base64(TOKEN)],
    ["in base64 with a colon, as user name", `Authorization: Basic ${base64(`${TOKEN}:`)}`],
    ["in base64 as password", base64(`user:${TOKEN}`)],
    ["in base64 without padding, URL-safe", Buffer.from(`${TOKEN}:`).toString("base64url")],
    ["in base64 of a JSON body", base64(JSON.stringify({ headers: { authorization: `Basic ${TOKEN}` } }))],
    ["in base64 that is URL-encoded", encodeURIComponent(base64(`${TOKEN}::`))],
    ["in colors", `${ESC}[31m${TOKEN}${ESC}[0m`],
    ["with a colored part, as grep shows it", `${TOKEN.slice(0, 9)}${ESC}[01;31m${ESC}[K${TOKEN.slice(9)}`],
    ["with its colors escaped", `\\u001b[31m${TOKEN}\\u001b[0m`],
    ["broken into lines", `${TOKEN.slice(0, 80)}\n${TOKEN.slice(80)}\n`],
    ["broken into quoted lines", `> ${TOKEN.slice(0, 60)}\r\n> ${TOKEN.slice(60)}\r\n`],
    ["broken into lines, with a header", `Authorization: Basic ${TOKEN.slice(0, 59)}\n  ${TOKEN.slice(59)}`],
    [
      "with a soft line break of a mail",
      `key: ${TOKEN.slice(0, 70)}=\r\n${TOKEN.slice(70)} and more\n`.repeat(99),
    ],
    ["at the end of a sentence", `The key was ${TOKEN}.`],
    ["in HTML", `<code>&quot;${TOKEN}&quot;</code>`],
  ])("%s", async (_how, text) => {
    expect((await scan(text)).exact).toEqual(CURRENT);
  });

  test("in UTF-16, as PowerShell writes files", async () => {
    const text = Buffer.from(`\ufeffkey: ${TOKEN}\r\n`, "utf16le");
    expect((await scan(text)).exact).toEqual(CURRENT);
    expect((await scan(Buffer.from(text).swap16())).exact).toEqual(CURRENT);
  });

  test("when it is a previous key or a public key, or has another length and other characters", async () => {
    expect((await scan(`old ${OLDER}`)).exact).toEqual(["previous checkout of dev"]);
    expect((await scan(`<script data-key="${PUBLIC}">`)).exact).toEqual(["current web of dev"]);
    expect((await scan(`x_${PUBLIC}_y`)).exact).toEqual(["current web of dev"]);
    expect((await scan(`key=${OTHER_FORM};`)).exact).toEqual(["current legacy of dev"]);
    expect((await scan(`\\u0022${OTHER_FORM}\\n`)).exact).toEqual(["current legacy of dev"]);
  });

  test("wherever it is in random text, and however the text is cut into chunks", async () => {
    const around = fc.string({ unit: "binary", maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(around, around, fc.integer({ min: 1, max: 400 }), async (before, after, size) => {
        // A hex digit beside the key is glued to it, which is another test.
        const bytes = Buffer.from(`${before} ${TOKEN} ${after}`);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );
        expect((await scan(...chunks)).exact).toEqual(CURRENT);
      }),
      { numRuns: 200 },
    );
  });

  test("across each boundary of the pieces in which a long line is read", async () => {
    for (const length of [262_000, 262_100, 262_144, 266_200, 266_240, 524_280])
      expect((await scan(`${"é".repeat(length)}${TOKEN}${"z".repeat(9)}`)).exact).toEqual(CURRENT);
    const long = base64(`${"lorem ipsum ".repeat(40_000)}${TOKEN}`);
    expect((await scan(long)).exact).toEqual(CURRENT);
  });

  test("in megabytes of hex digits, by the redacted form in state", async () => {
    const run = "0f".repeat(700_000);
    expect((await scan(run, TOKEN, run)).exact).toEqual(CURRENT);
  });
});

test("a provider credential is recognized by the fingerprint that its keys record", async () => {
  const { credentials, exact } = await scan(`payengine:apiKey: ${CREDENTIAL}`);
  expect([[...credentials], exact]).toEqual([
    [{ source: "dev", apiUrl: "https://console.payengine.co/api", provider: "default", keys: 1 }],
    [],
  ]);
  expect(shortFingerprint(CREDENTIAL)).toBe(fingerprint(CREDENTIAL).slice(0, 8));
});

describe("a redacted form", () => {
  const [start, end] = [TOKEN.slice(0, 4), TOKEN.slice(-4)];
  test.each([
    `${start}…${end}`,
    `${start}...${end}`,
    `${start}****${end}`,
    `****${end}`,
    `${start}${"•".repeat(20)}${end}`,
    `${start}xxxxxxxx${end}`,
    `"${TOKEN.slice(0, 8)}..."`,
    `${start}\\u2026${end}`,
  ])("such as %s fits the keys that it may stand for", async (form) => {
    expect(await scan(`key ${form} was used`)).toMatchObject({ exact: [], possible: CURRENT });
  });

  test("fits no key if it shows fewer than four characters, or others", async () => {
    for (const form of ["3f9…", "****21d", `${start}…0000`, "pk_test_…", "pk_t****", "wait... then"])
      expect((await scan(`key ${form} was used`)).possible).toEqual([]);
  });

  test("of a public key fits by what is not the same in all public keys", async () => {
    expect((await scan(`pk_test_…${PUBLIC.slice(-4)}`)).possible).toEqual(["current web of dev"]);
  });
});

describe("an input without a known key", () => {
  test("has no match, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 5 }), async (chunks) => {
        expect(await scan(...chunks)).toMatchObject({ exact: [], possible: [] });
      }),
      { numRuns: 100 },
    );
    const changed = `${TOKEN.slice(0, -1)}${TOKEN.endsWith("0") ? 1 : 0}`;
    expect(await scan(changed, TOKEN.slice(0, 107))).toMatchObject({ exact: [], hasCandidate: true });
  });

  test.each([
    [
      "prose",
      "All quiet. Nothing happened today, and nothing will.",
      { hasCandidate: false, isBinary: false },
    ],
    ["a public key", `pk_prod_${"q".repeat(32)}`, { hasUnknownPublicKey: true, hasCandidate: true }],
    ["bytes of zero", "ab\u0000cd", { isBinary: true }],
    ["a compressed file", gzipped(), { isBinary: true }],
    [
      "Latin-1",
      Buffer.from("Grüße aus Köln: die Schlüssel sind da. ".repeat(9), "latin1"),
      { isBinary: false },
    ],
  ])("is described: %s", async (_what, input, facts) => {
    expect(await scan(input)).toMatchObject({ exact: [], possible: [], ...facts });
  });
});

function gzipped(): Uint8Array {
  return require("node:zlib").gzipSync(Array.from({ length: 999 }, (_, index) => index * index).join("\n"));
}

test("inputs made to be slow are read in bounded time", async () => {
  const size = 2_000_000;
  for (const unit of [
    "\\",
    "\\\\u",
    "%",
    "%25",
    "^[",
    `${ESC}[`,
    "&#",
    ".",
    "..",
    "a....b",
    "a.",
    "pk_",
    "=\n",
    "x",
    "[",
    " ",
  ])
    expect((await scan(unit.repeat(size / unit.length))).exact).toEqual([]);
});
