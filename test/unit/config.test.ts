import { UNKNOWN } from "../../provider/api-key/context";
import { configValues, resolveConfig } from "../../provider/config";
import type { ConfigKey, Environment } from "../../provider/config-keys";
import { DASHBOARD, DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { DEFAULT_API_URL } from "../../provider/payengine/settings";

type Given = Partial<Record<ConfigKey, string>>;

const resolve = (given: Given, env: Environment = {}) =>
  resolveConfig(
    configValues((key) => given[key.replace("payengine:", "") as ConfigKey]),
    env,
  );
const settingsOf = (given: Given, env: Environment = {}) => {
  const configuration = resolve(given, env);
  return configuration.kind === "ready" ? configuration.settings : configuration;
};

test("only the credential is required; everything else has a default", () => {
  expect(settingsOf({ apiKey: "key" })).toEqual({
    apiUrl: DEFAULT_API_URL,
    credential: "key",
    accountId: undefined,
    formerApiUrl: undefined,
    requestTimeout: 30_000,
    maxRetries: 3,
    contract: DEFAULT_CONTRACT,
  });
});

test("resolving reads every setting", () => {
  const given = {
    apiUrl: "http://127.0.0.1:8080/api/",
    apiKey: "key",
    accountId: "acct_1",
    formerApiUrl: "https://console.example/api/",
    requestTimeout: "1.5s",
    maxRetries: "0",
    contract: "dashboard",
  };
  expect(settingsOf(given)).toEqual({
    apiUrl: "http://127.0.0.1:8080/api",
    credential: "key",
    accountId: "acct_1",
    formerApiUrl: "https://console.example/api",
    requestTimeout: 1_500,
    maxRetries: 0,
    contract: DASHBOARD,
  });
});

describe("the credential comes from", () => {
  const explicit = { provider: "second", apiKey: "props" };
  const named = { ...explicit, credentialEnv: "SECOND_KEY" };

  test.each<[string, Given, Environment, string]>([
    ["stack config", { apiKey: "config" }, {}, "config"],
    ["the environment", {}, { PAYENGINE_API_KEY: "env" }, "env"],
    ["the environment before stack config", { apiKey: "config" }, { PAYENGINE_API_KEY: "env" }, "env"],
    ["stack config where the variable is empty", { apiKey: "config" }, { PAYENGINE_API_KEY: "" }, "config"],
    ["an explicit provider's props before the environment", explicit, { PAYENGINE_API_KEY: "env" }, "props"],
    [
      "the environment where an explicit provider has none",
      { provider: "second" },
      { PAYENGINE_API_KEY: "env" },
      "env",
    ],
    ["credentialEnv before all", named, { SECOND_KEY: "named", PAYENGINE_API_KEY: "env" }, "named"],
    ["props where credentialEnv is unset", named, { PAYENGINE_API_KEY: "env" }, "props"],
    ["props where credentialEnv is empty", named, { SECOND_KEY: "" }, "props"],
  ])("%s", (_source, given, env, credential) => {
    expect(settingsOf(given, env)).toMatchObject({ credential });
  });

  test("an explicit provider's credentialEnv, which the default provider ignores", () => {
    const given = { credentialEnv: "SECOND_KEY", apiKey: "config" };
    expect(settingsOf(given, { SECOND_KEY: "named" })).toMatchObject({ credential: "config" });
  });
});

test("PAYENGINE_API_KEY never replaces an unset credentialEnv", () => {
  const given = { provider: "second", credentialEnv: "SECOND_KEY" };
  expect(resolve(given, { PAYENGINE_API_KEY: "env" })).toMatchObject({
    kind: "invalid",
    failures: [{ reason: expect.stringContaining("set its apiKey or the variable SECOND_KEY") }],
  });
});

describe("the address comes from", () => {
  const env = { PAYENGINE_API_URL: "https://env.example/api" };

  test.each<[string, Given, Environment, string]>([
    ["the default", {}, {}, DEFAULT_API_URL],
    ["the environment", {}, env, "https://env.example/api"],
    [
      "stack config before the environment",
      { apiUrl: "https://config.example/api" },
      env,
      "https://config.example/api",
    ],
    [
      "an explicit provider's props before the environment",
      { provider: "second", apiUrl: "https://props.example" },
      env,
      "https://props.example",
    ],
    ["the default where the variable is empty", {}, { PAYENGINE_API_URL: "" }, DEFAULT_API_URL],
  ])("%s", (_source, given, environment, apiUrl) => {
    expect(settingsOf({ apiKey: "key", ...given }, environment)).toMatchObject({ apiUrl });
  });
});

test("a missing credential names the command that sets it", () => {
  expect(resolve({})).toEqual({
    kind: "invalid",
    failures: [
      {
        property: "payengine:apiKey",
        reason:
          "is not set; run `pulumi config set --secret payengine:apiKey` with a private key of a user with the " +
          "Admin or Developer role, or set PAYENGINE_API_KEY",
      },
    ],
  });
});

test.each<[Given, string]>([
  [
    { provider: "second" },
    'is not set for the provider "second"; set its apiKey or the variable PAYENGINE_API_KEY',
  ],
  [
    { provider: "second", credentialEnv: "SECOND_KEY" },
    'is not set for the provider "second"; set its apiKey or the variable SECOND_KEY',
  ],
])("a missing credential of an explicit provider %j names the variable", (given, reason) => {
  expect(resolve(given)).toEqual({
    kind: "invalid",
    failures: [{ property: "payengine:apiKey", reason }],
  });
});

test.each(["c0ffee".repeat(17), "TEAM KEY", "", "1KEY"])(
  "credentialEnv %j is refused without being shown",
  (credentialEnv) => {
    expect(resolve({ provider: "second", credentialEnv })).toEqual({
      kind: "invalid",
      failures: [
        {
          property: "payengine:credentialEnv",
          reason: "is not the name of an environment variable; write it like PAYENGINE_PRODUCTION_KEY",
        },
      ],
    });
  },
);

describe("a preview with unknown values", () => {
  const known = {
    apiUrl: DEFAULT_API_URL,
    accountId: "acct_1",
    formerApiUrl: undefined,
    contract: DEFAULT_CONTRACT,
  };

  test.each<[ConfigKey, object]>([
    ["apiKey", {}],
    ["apiUrl", { apiUrl: UNKNOWN }],
    ["accountId", { accountId: undefined }],
    ["formerApiUrl", {}],
    ["requestTimeout", {}],
    ["maxRetries", {}],
    ["contract", {}],
  ])("accepts an unknown %s", (key, change) => {
    expect(resolve({ apiKey: "key", accountId: "acct_1", [key]: UNKNOWN })).toEqual({
      kind: "unknown",
      settings: { ...known, ...change },
    });
  });

  test("accepts an unknown part of the contract", () => {
    const contract = JSON.stringify({ reveal: UNKNOWN });
    expect(resolve({ apiKey: "key", accountId: "acct_1", contract })).toEqual({
      kind: "unknown",
      settings: known,
    });
  });

  test("accepts an unknown credentialEnv", () => {
    const given = { provider: "second", credentialEnv: UNKNOWN };
    expect(resolve(given)).toEqual({ kind: "unknown", settings: { ...known, accountId: undefined } });
  });

  test("keeps the known address, contract and former address", () => {
    const given = {
      apiUrl: "https://a.example/api/",
      contract: "dashboard",
      formerApiUrl: "https://b.example",
    };
    expect(resolve({ apiKey: UNKNOWN, ...given })).toEqual({
      kind: "unknown",
      settings: {
        apiUrl: "https://a.example/api",
        accountId: undefined,
        formerApiUrl: "https://b.example",
        contract: DASHBOARD,
      },
    });
  });

  test("refuses known values that are invalid", () => {
    expect(resolve({ apiKey: UNKNOWN, maxRetries: "11" })).toEqual({
      kind: "invalid",
      failures: [{ property: "payengine:maxRetries", reason: "must be a whole number from 0 to 10" }],
    });
  });
});
