import { accountName, hanging, outputWidth, renderRecords, shortTime } from "../../cli/layout";

const HEAD = ["ACTION", "RESOURCE", "KEY NAME", "KEY ID", "ACCOUNT", "CREATED", "LAST USED"];
const ROW = [
  ...["revoke", "checkout", "shop-dev-checkout-0123456789", "7f0c1a52-9d3e-4b86-a1c4-5e2d90b7f318"],
  ...["console.payengine.dev", "-", "never"],
];

test("records are blocks if the terminal is too narrow for the table, and no word is broken", () => {
  expect(renderRecords(HEAD, [ROW, ROW], 80)).toBe(`revoke  checkout
  key name   shop-dev-checkout-0123456789
  key id     7f0c1a52-9d3e-4b86-a1c4-5e2d90b7f318
  account    console.payengine.dev
  last used  never

revoke  checkout
  key name   shop-dev-checkout-0123456789
  key id     7f0c1a52-9d3e-4b86-a1c4-5e2d90b7f318
  account    console.payengine.dev
  last used  never
`);
});

test.each([
  ["at a terminal that is wide enough", 140],
  ["where the output is no terminal", undefined],
])("records are one line each %s", (_where, width) => {
  expect(renderRecords(HEAD, [ROW], width).split("\n")).toEqual([
    "ACTION  RESOURCE  KEY NAME                      KEY ID                                ACCOUNT                CREATED  LAST USED",
    "revoke  checkout  shop-dev-checkout-0123456789  7f0c1a52-9d3e-4b86-a1c4-5e2d90b7f318  console.payengine.dev  -        never",
  ]);
});

test("long text is broken between words, and a command only if it is wider than the terminal", () => {
  expect(hanging("FAIL  ", "set it: run `pulumi config set a` then this again", 26)).toBe(
    "FAIL  set it: run `pulumi\n      config set a` then\n      this again",
  );
  expect(hanging("", "set it: run (`pulumi config set a`), then this again", 26)).toBe(
    "set it: run\n(`pulumi config set a`),\nthen this again",
  );
  expect(hanging("Not: ", "one line", undefined)).toBe("Not: one line");
});

test("only a terminal has a width", () => {
  const stream = (isTTY: boolean, columns: number) => ({ isTTY, columns }) as typeof process.stdout;
  expect([stream(true, 120), stream(true, 0), stream(false, 120)].map((it) => outputWidth(it))).toEqual([
    120,
    80,
    undefined,
  ]);
});

test("times are shortened, and other text stays unchanged", () => {
  expect(["2026-11-27T07:33:59.994Z", "2026-11-27T09:33:59+02:00", "yesterday"].map(shortTime)).toEqual([
    "2026-11-27 07:33Z",
    "2026-11-27 07:33Z",
    "yesterday",
  ]);
});

test("an account is named by its id, or else its host, and its explicit provider", () => {
  const apiUrl = "https://console.payengine.dev/api";
  expect([
    accountName({ accountId: undefined, apiUrl, provider: undefined }),
    accountName({ accountId: "b48a0d63", apiUrl, provider: "production" }),
  ]).toEqual(["console.payengine.dev", "b48a0d63 (provider production)"]);
});
