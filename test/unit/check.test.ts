import fc from "fast-check";
import { check } from "../../provider/api-key/check";
import {
  type Configuration,
  type KnownSettings,
  type Settings,
  UNKNOWN,
} from "../../provider/api-key/context";
import type { Environment } from "../../provider/config-keys";
import { DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { shortFingerprint } from "../../provider/payengine/key-value";

const settings = {
  apiUrl: "https://console.payengine.co/api",
  credential: "c",
  accountId: undefined,
  formerApiUrl: undefined,
  requestTimeout: 30_000,
  maxRetries: 3,
  contract: DEFAULT_CONTRACT,
};
const maker = shortFingerprint("c");
const ready: Configuration = { kind: "ready", settings };
const pinned = (accountId: string): Configuration => at({ accountId });
const at = (more: Partial<Settings>): Configuration => ({
  kind: "ready",
  settings: { ...settings, ...more },
});
const unknown = (more: Partial<KnownSettings> = {}): Configuration => ({
  kind: "unknown",
  settings: {
    apiUrl: settings.apiUrl,
    accountId: undefined,
    formerApiUrl: undefined,
    contract: DEFAULT_CONTRACT,
    ...more,
  },
});
const now = new Date("2026-01-01T00:00:00Z");
const news = { type: "private", defaultNamePrefix: "p-s-r", digits: "0123456789", __provider: "text" };
const first = (program: object, configuration: Configuration = ready, env: Environment = {}) =>
  check({}, program, { configuration, env, now });
const again = (olds: object, program: object, configuration: Configuration = ready, env: Environment = {}) =>
  check(olds, program, { configuration, env, now });
const reasons = (program: object) =>
  first(program).failures.map(({ property, reason }) => `${property} ${reason}`);

test("a new key's inputs are its type, default prefix, unique name and credential fingerprint", () => {
  expect(first(news)).toEqual({
    failures: [],
    inputs: {
      type: "private",
      namePrefix: "p-s-r",
      uniqueName: "p-s-r-0123456789",
      credentialFingerprint: maker,
    },
  });
});

test("a given prefix overrides the default one", () => {
  expect(first({ ...news, namePrefix: "mine" }).inputs).toMatchObject({ uniqueName: "mine-0123456789" });
});

test("a pinned account becomes an input", () => {
  expect(first(news, pinned("acct_1")).inputs.pinnedAccountId).toBe("acct_1");
  expect(first(news, unknown({ accountId: "acct_1" })).inputs.pinnedAccountId).toBe("acct_1");
});

describe("the address and credential of a new key", () => {
  const elsewhere = "https://console.payengine.dev/api";

  test("are the address, unless it is the default, and a fingerprint of the credential", () => {
    expect(first(news, at({ apiUrl: elsewhere, credential: "secret" })).inputs).toMatchObject({
      apiUrl: elsewhere,
      credentialFingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
    expect(first(news).inputs).not.toHaveProperty("apiUrl");
  });

  test("are without the credential in a preview, so that another user can apply the plan", () => {
    const preview = { ...news, digits: UNKNOWN };
    expect(first(preview, at({ apiUrl: elsewhere })).inputs).toMatchObject({
      apiUrl: elsewhere,
      credentialFingerprint: UNKNOWN,
    });
    const partly = unknown({ apiUrl: UNKNOWN });
    expect(first(news, partly).inputs).toMatchObject({ apiUrl: UNKNOWN, credentialFingerprint: UNKNOWN });
  });
});

describe("for an existing key, check", () => {
  const there = { apiUrl: "https://console.payengine.dev/api" };
  const olds = {
    type: "private",
    namePrefix: "old-s-r",
    uniqueName: "old-s-r-aaaaaaaaaa",
    pinnedAccountId: "acct_1",
    ...there,
    credentialFingerprint: "01234567",
  };

  test("keeps name, prefix, pin, address and credential when the stack, resource or digits change", () => {
    expect(again(olds, news).inputs).toEqual(olds);
    expect(again(olds, { ...news, digits: UNKNOWN }).inputs).toEqual(olds);
  });

  test("uses an explicit prefix, so that diff can replace the key, and keeps a removed one", () => {
    expect(again(olds, { ...news, namePrefix: "new" }).inputs).toMatchObject({
      namePrefix: "new",
      uniqueName: "old-s-r-aaaaaaaaaa",
    });
    expect(again({ ...olds, namePrefix: "new" }, news).inputs.namePrefix).toBe("new");
  });

  test("uses a changed pin, and keeps a pin that was removed from config", () => {
    expect(again(olds, news, at({ ...there, accountId: "acct_2" }))).toEqual({
      failures: [],
      inputs: { ...olds, pinnedAccountId: "acct_2" },
    });
    expect(again(olds, news).inputs.pinnedAccountId).toBe("acct_1");
  });

  test("keeps address and credential unless formerApiUrl shows that the console has moved", () => {
    const moved = "https://console.example/api";
    const place = { apiUrl: olds.apiUrl, credentialFingerprint: olds.credentialFingerprint };
    expect(again(olds, news, at({ apiUrl: moved, credential: "other" })).inputs).toMatchObject(place);
    const another = { apiUrl: moved, formerApiUrl: "https://another.example/api" };
    expect(again(olds, news, at(another)).inputs).toMatchObject(place);
    expect(again(olds, news, at({ apiUrl: moved, formerApiUrl: olds.apiUrl })).inputs).toMatchObject({
      ...place,
      apiUrl: moved,
    });
    const back = again(olds, news, at({ formerApiUrl: olds.apiUrl })).inputs;
    expect(back).not.toHaveProperty("apiUrl");
    const { apiUrl: _, ...own } = olds;
    expect(again(own, news, at({ apiUrl: moved, formerApiUrl: settings.apiUrl })).inputs.apiUrl).toBe(moved);
  });

  test("refuses another address unless it is unknown or the console has moved", () => {
    const moved = "https://console.example/api";
    expect(again(olds, news, at({ apiUrl: moved })).failures).toEqual([
      {
        property: "payengine:apiUrl",
        reason:
          `is ${moved}, but the key "old-s-r-aaaaaaaaaa" was created at ${there.apiUrl}. Nothing was sent. Set ` +
          `payengine:apiUrl back or, if the console has moved, set payengine:formerApiUrl to ${there.apiUrl}`,
      },
    ]);
    const fine = [at(there), at({ apiUrl: moved, formerApiUrl: there.apiUrl }), unknown({ apiUrl: UNKNOWN })];
    const perhaps = unknown({ apiUrl: moved, formerApiUrl: UNKNOWN });
    for (const configuration of [...fine, perhaps])
      expect(again(olds, news, configuration).failures).toEqual([]);
  });

  test("records the key's current provider", () => {
    const configuration = at(there);
    const providerName = "team";
    const surroundings = { configuration, env: {}, now };
    expect(check(olds, news, { ...surroundings, providerName }).inputs).toEqual({ ...olds, providerName });
    expect(check({ ...olds, providerName }, news, surroundings).inputs).toEqual(olds);
  });

  test("adds no address, credential or pin to a state of an earlier version", () => {
    const { pinnedAccountId: _, apiUrl: __, credentialFingerprint: ___, ...early } = olds;
    expect(again(early, news)).toEqual({ failures: [], inputs: early });
  });

  test("ignores PULUMI_SKIP_CHECKPOINTS", () => {
    expect(again(olds, news, at(there), { PULUMI_SKIP_CHECKPOINTS: "true" }).failures).toEqual([]);
  });
});

test("the unique name is unknown in a preview and with an unknown prefix", () => {
  expect(first({ ...news, digits: UNKNOWN }).inputs.uniqueName).toBe(UNKNOWN);
  expect(first({ ...news, namePrefix: UNKNOWN })).toEqual({
    failures: [],
    inputs: {
      type: "private",
      namePrefix: UNKNOWN,
      uniqueName: UNKNOWN,
      credentialFingerprint: maker,
    },
  });
});

test.each([
  [{ type: undefined }, 'type is missing; write "public" or "private"'],
  [{ type: "" }, 'type is empty; write "public" or "private"'],
  [{ type: null }, 'type is null; write "public" or "private"'],
  [{ type: "Private" }, 'type is a string, but neither "public" nor "private"; write "public" or "private"'],
  [{ type: 7 }, 'type is a number; write "public" or "private"'],
  [{ type: true }, 'type is a boolean; write "public" or "private"'],
  [{ type: ["private"] }, 'type is an array; write "public" or "private"'],
  [{ type: { is: "private" } }, 'type is an object; write "public" or "private"'],
  [{ type: UNKNOWN }, 'type is unknown until the update; write "public" or "private"'],
  [{ namePrefix: 7 }, "namePrefix is a number; write a string"],
  [{ namePrefix: null }, "namePrefix is null; write a string"],
  [
    { namePrefix: "" },
    "namePrefix is empty; remove it for the default <project>-<stack>-<resource>, or set a name",
  ],
  [{ namePrefix: "a\nb" }, "namePrefix contains control characters; use printable ones"],
  [{ namePrefix: "a\u0000" }, "namePrefix contains control characters; use printable ones"],
  [{ namePrefix: " a" }, "namePrefix begins or ends with a space; remove it"],
  [
    { namePrefix: "x".repeat(109) },
    "namePrefix has 109 characters; the limit is 108, because PayEngine limits names and the digits are added: set a " +
      "shorter namePrefix",
  ],
  [
    { defaultNamePrefix: "x".repeat(120) },
    "namePrefix defaults to <project>-<stack>-<resource>, which has 120 characters; the limit is 108, because " +
      "PayEngine limits names and the digits are added: set a shorter namePrefix",
  ],
  [{ verify: "30s" }, 'verify is a string; write true, false or { timeout: "30s" }'],
  [{ verify: null }, 'verify is null; write true, false or { timeout: "30s" }'],
  [{ verify: { timeout: "9s", limit: "9s" } }, "verify.limit is not an argument of verify; it takes timeout"],
  [{ verify: { timeout: "soon" } }, 'verify.timeout is not a duration; write it like "30s" or "500ms"'],
  [{ verify: { timeout: "3m" } }, "verify.timeout must be between 1s and 2m"],
  [{ verify: { timeout: 30 } }, 'verify.timeout is not a duration; write it like "30s" or "500ms"'],
  [
    { typ: "private" },
    "typ is not an argument of ApiKey; it takes type, namePrefix, verify, rotation and adopt",
  ],
])("check refuses %j", (change, reason) => {
  expect(reasons({ ...news, ...change })).toEqual([reason]);
});

test("check allows a prefix of 108 characters, counted as characters and not as code units", () => {
  expect(reasons({ ...news, namePrefix: "é".repeat(108) })).toEqual([]);
  expect(reasons({ ...news, namePrefix: "🔑".repeat(108) })).toEqual([]);
});

test("check reports every failure at once", () => {
  const invalid: Configuration = {
    kind: "invalid",
    failures: [{ property: "payengine:apiKey", reason: "is not set" }],
  };
  const program = { ...news, type: "neither", namePrefix: `x${"\n".repeat(109)}x`, typ: 1, nme: 2 };
  const { failures, inputs } = check({}, program, {
    ...{ configuration: invalid, now },
    env: { PULUMI_SKIP_CHECKPOINTS: "1" },
  });
  expect(inputs).toEqual({});
  expect(failures.map(({ property }) => property).sort()).toEqual(
    ["PULUMI_SKIP_CHECKPOINTS", "namePrefix", "namePrefix", "nme", "payengine:apiKey", "typ", "type"].sort(),
  );
});

test.each(["1", "true", "T", "yes"])("PULUMI_SKIP_CHECKPOINTS=%s refuses new keys", (value) => {
  expect(first(news, ready, { PULUMI_SKIP_CHECKPOINTS: value }).failures).toEqual([
    {
      property: "PULUMI_SKIP_CHECKPOINTS",
      reason: "is set, so after a crash no state would name the key; unset it to create keys",
    },
  ]);
});

test.each(["", "0", "false", "F", "False"])("PULUMI_SKIP_CHECKPOINTS=%j refuses nothing", (value) => {
  expect(first(news, ready, { PULUMI_SKIP_CHECKPOINTS: value }).failures).toEqual([]);
});

test("no failure quotes a value, which may be a secret in the wrong argument", () => {
  const secret = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 24, maxLength: 102 });
  const wrong = secret.chain((value) =>
    fc.record({
      value: fc.constant(value),
      program: fc.record({
        type: fc.constantFrom<unknown>(value, [value], { value }, undefined, "private"),
        namePrefix: fc.constantFrom<unknown>(
          [value],
          { value },
          `${value}\n`,
          value.padEnd(200, "x"),
          undefined,
        ),
        token: fc.constantFrom<unknown>(value, { value }),
      }),
    }),
  );
  fc.assert(
    fc.property(wrong, ({ value, program }) => {
      const { failures } = first({ ...news, ...program });
      expect(failures.length).toBeGreaterThan(0);
      expect(JSON.stringify(failures)).not.toContain(value);
    }),
  );
});
