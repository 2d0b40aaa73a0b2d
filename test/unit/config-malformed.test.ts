import fc from "fast-check";
import { configValues, resolveConfig } from "../../provider/config";

const good = {
  apiKey: "a".repeat(102),
  apiUrl: "https://console.payengine.co/api",
  accountId: "acct_1",
  requestTimeout: "30s",
  maxRetries: "3",
  formerApiUrl: "https://console.example/api",
};

function failuresWith(change: Partial<typeof good>): string[] {
  const given: Record<string, string> = { ...good, ...change };
  const configuration = resolveConfig(
    configValues((key) => given[key.replace("payengine:", "")]),
    {},
  );
  if (configuration.kind !== "invalid") return [];
  return configuration.failures.map(({ property, reason }) => `${property} ${reason}`);
}

const notAUrl = "payengine:apiUrl is not a URL; write it like https://console.payengine.co/api";
const userInfo =
  "payengine:apiUrl contains a user name or password; remove it and set payengine:apiKey as a secret";
const query = "payengine:apiUrl contains a query or fragment; write it like https://console.payengine.co/api";
const unencrypted =
  "payengine:apiUrl must be https, because http would send the credential unencrypted (http is allowed for localhost)";

test.each([
  ["", notAUrl],
  ["console.payengine.co/api", notAUrl],
  ["ftp://console.payengine.co/api", notAUrl],
  ["file:///etc/passwd", notAUrl],
  ["//console.payengine.co", notAUrl],
  ["https://", notAUrl],
  ["https://user:secret@console.payengine.co/api", userInfo],
  ["https://token@console.payengine.co/api", userInfo],
  ["https://console.payengine.co/api?key=1", query],
  ["https://console.payengine.co/api#top", query],
  ["http://console.payengine.co/api", unencrypted],
  ["http://localhost.example.com/api", unencrypted],
  ["http://127.0.0.1.example.com/api", unencrypted],
  ["http://10.0.0.1/api", unencrypted],
  ["http://0.0.0.0/api", unencrypted],
  ["http://[::2]/api", unencrypted],
])("apiUrl %j is refused", (apiUrl, reason) => {
  expect(failuresWith({ apiUrl })).toEqual([reason]);
});

test.each([
  "http://localhost:8080/api",
  "http://127.0.0.1/api",
  "http://127.1.2.3:80/api",
  "http://[::1]:8080/api",
  "http://2130706433/api",
  "HTTPS://Console.PayEngine.co/api",
])("apiUrl %j is accepted", (apiUrl) => {
  expect(failuresWith({ apiUrl })).toEqual([]);
});

test.each([
  ["", notAUrl],
  ["http://console.payengine.co/api", unencrypted],
  ["https://user:secret@console.payengine.co/api", userInfo],
])("formerApiUrl %j is refused", (formerApiUrl, reason) => {
  expect(failuresWith({ formerApiUrl })).toEqual([reason.replace("apiUrl", "formerApiUrl")]);
});

const word = "payengine:apiKey starts with the word Basic; set it to the private key alone";
const characters =
  "payengine:apiKey contains spaces, line ends or characters outside ASCII; set it to the private key as PayEngine showed it";

test.each([
  ["Basic abc", word],
  ["basic\tabc", word],
  ["pk_test_0123", "payengine:apiKey is a public key; set it to a private key"],
  ["pk_live_0123", "payengine:apiKey is a public key; set it to a private key"],
  ["abc\n", characters],
  [" abc", characters],
  ["ab c", characters],
  ["abc\u0000", characters],
  ["schlüssel", characters],
])("apiKey %j is refused", (apiKey, reason) => {
  expect(failuresWith({ apiKey })).toEqual([reason]);
});

const NO_ID = "is not an ID; set it to the ID of the account, of one of its merchants or of one of its keys";

test.each([
  ["", NO_ID],
  ["acct 1", NO_ID],
  ["a".repeat(129), NO_ID],
])("accountId %j is refused", (accountId, reason) => {
  expect(failuresWith({ accountId })).toEqual([`payengine:accountId ${reason}`]);
});

const notADuration = 'payengine:requestTimeout is not a duration; write it like "30s" or "500ms"';
const outOfRange = "payengine:requestTimeout must be between 100ms and 10m";

test.each([
  ["", [notADuration]],
  ["30", [notADuration]],
  ["-1s", [notADuration]],
  ["1h", [notADuration]],
  ["soon", [notADuration]],
  ["99ms", [outOfRange]],
  ["0s", [outOfRange]],
  ["11m", [outOfRange]],
  ["601s", [outOfRange]],
  ["1e9s", [notADuration]],
])("requestTimeout %j is refused", (requestTimeout, reasons) => {
  expect(failuresWith({ requestTimeout })).toEqual(reasons);
});

test.each(["100ms", "1.5 s", "10m", "600s"])("requestTimeout %j is accepted", (requestTimeout) => {
  expect(failuresWith({ requestTimeout })).toEqual([]);
});

test.each(["", "-1", "11", "1.5", "03", "many", "1e1", " 3"])("maxRetries %j is refused", (maxRetries) => {
  expect(failuresWith({ maxRetries })).toEqual(["payengine:maxRetries must be a whole number from 0 to 10"]);
});

test("the configuration reports every failure at once", () => {
  const failures = failuresWith({
    apiKey: "pk_test_1",
    apiUrl: "http://example.com",
    accountId: " ",
    requestTimeout: "x",
    maxRetries: "x",
  });
  expect(failures.map((failure) => failure.split(" ")[0]).sort()).toEqual([
    "payengine:accountId",
    "payengine:apiKey",
    "payengine:apiUrl",
    "payengine:maxRetries",
    "payengine:requestTimeout",
  ]);
});

test("no failure holds the wrong value", () => {
  const value = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 24, maxLength: 102 });
  fc.assert(
    fc.property(value, (secret) => {
      const failures = failuresWith({
        apiKey: `Basic ${secret}`,
        apiUrl: `https://x:${secret}@y/`,
        accountId: `${secret} `,
        requestTimeout: secret,
        maxRetries: `${secret}x`,
      });
      expect(failures).toHaveLength(5);
      expect(failures.join()).not.toContain(secret);
    }),
  );
});
