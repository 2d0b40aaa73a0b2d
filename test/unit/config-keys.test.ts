import fc from "fast-check";
import { unknownConfigKeys } from "../../provider/config-keys";
import { nearest } from "../../provider/payengine/nearest";

const known = ["apiKey", "apiUrl", "accountId", "requestTimeout", "maxRetries", "contract", "formerApiUrl"];

test.each(known)("payengine:%s is a setting", (key) => {
  expect(unknownConfigKeys([`payengine:${key}`])).toEqual([]);
});

test.each([
  ["acountId", "accountId"],
  ["accountID", "accountId"],
  ["account_id", "accountId"],
  ["ACCOUNT-ID", "accountId"],
  ["apikey", "apiKey"],
  ["apiKeys", "apiKey"],
  ["apiURL", "apiUrl"],
  ["request-timeout", "requestTimeout"],
  ["requestTimeoutMs", "requestTimeout"],
  ["maxRetry", undefined],
  ["maxRetrys", "maxRetries"],
  ["contracts", "contract"],
  ["formerUrl", undefined],
  ["formerAPIUrl", "formerApiUrl"],
])("payengine:%s resembles %s", (key, meant) => {
  const problem = `is not a payengine setting; did you mean payengine:${meant}?`;
  expect(unknownConfigKeys([`payengine:${key}`])).toEqual(
    meant === undefined ? [] : [{ key: `payengine:${key}`, problem }],
  );
});

test.each(["payengine:region", "payengine:", "payengine:x", "aws:apikey", "acountId", "mypayengine:apikey"])(
  "%s is ignored",
  (key) => {
    expect(unknownConfigKeys([key])).toEqual([]);
  },
);

test.each(["provider", "credentialEnv"])("payengine:%s belongs to an explicit provider", (name) => {
  const key = `payengine:${name}`;
  const problem = "belongs to payengine.Provider in the program; remove it";
  expect(unknownConfigKeys([key])).toEqual([{ key, problem }]);
});

test.each([
  ["payengine:contract.reveal", "payengine:contract.reveal"],
  ["payengine:contract.fields.value", "payengine:contract.fields.value"],
  ["payengine:contract.", "payengine:contract.reveal"],
  ['payengine:contract["reveal"]', "payengine:contract.reveal"],
  ["payengine:contract.revokedStatuses[0]", "payengine:contract.reveal"],
])("%s is reported as written without --path", (key, path) => {
  const problem =
    "is a separate key, not part of payengine:contract; remove it and run " +
    `\`pulumi config set --path ${path} …\``;
  expect(unknownConfigKeys([key])).toEqual([{ key, problem }]);
});

test("every wrong key is reported in the order given", () => {
  const keys = [
    "payengine:provider",
    "aws:region",
    "payengine:apikey",
    "payengine:apiKey",
    "payengine:apiUr",
  ];
  expect(unknownConfigKeys(keys).map(({ key }) => key)).toEqual([
    "payengine:provider",
    "payengine:apikey",
    "payengine:apiUr",
  ]);
});

test.each([
  ["lsit", "list"],
  ["RE_VEAL", "reveal"],
  ["reveals", "reveal"],
  ["revoked", "revoke"],
  ["x", undefined],
  ["ab", undefined],
  ["", undefined],
])("the nearest name to %j is %s", (word, expected) => {
  expect(nearest(word, ["id", "get", "list", "reveal", "revoke"])).toBe(expected);
});

test("the most similar of two similar names wins", () => {
  expect(nearest("revoke", ["reveke", "revoke"])).toBe("revoke");
});

test("a setting with one or two changed letters is recognized", () => {
  const typo = fc.tuple(fc.constantFrom(...known), fc.nat(), fc.nat(), fc.constantFrom("", "q", "qq"));
  fc.assert(
    fc.property(typo, ([name, from, length, put]) => {
      const at = from % name.length;
      const written = name.slice(0, at) + put + name.slice(at + (length % 3));
      fc.pre(!known.includes(written));
      expect(unknownConfigKeys([`payengine:${written}`])).toHaveLength(1);
    }),
  );
});
