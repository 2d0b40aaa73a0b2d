import { check } from "../../provider/api-key/check";
import { type Configuration, KeyError, UNKNOWN } from "../../provider/api-key/context";
import { diff } from "../../provider/api-key/diff";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";
import { type Contract, DASHBOARD, DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { fingerprint, shortFingerprint } from "../../provider/payengine/key-value";
import { DEFAULT_API_URL } from "../../provider/payengine/settings";

const now = new Date("2026-01-01T00:00:00Z");
const CREDENTIAL = "9".repeat(108);
const TOKEN = "3f9a04be".repeat(13);
const NEXT = "c21d55aa".repeat(13);

const configured = (contract: Contract): Configuration => ({
  kind: "ready",
  settings: {
    apiUrl: DEFAULT_API_URL,
    credential: CREDENTIAL,
    accountId: undefined,
    formerApiUrl: undefined,
    requestTimeout: 30_000,
    maxRetries: 3,
    contract,
  },
});
const program = { type: "private", defaultNamePrefix: "p-s-r", digits: "0123456789" };
const checked = (more: object, olds: object = {}, configuration = configured(DASHBOARD)) =>
  check(olds, { ...program, ...more }, { configuration, env: {}, now });
const reasons = (...given: Parameters<typeof checked>) =>
  checked(...given).failures.map(({ property, reason }) => `${property} ${reason}`);

const inputs: ApiKeyInputs = {
  type: "private",
  namePrefix: "p-s-r",
  uniqueName: "p-s-r-0123456789",
  madeByHand: true,
  adoptedFingerprint: fingerprint(TOKEN),
  credentialFingerprint: shortFingerprint(CREDENTIAL),
};
const overlap = { rotation: { overlap: "7d" } };
const MISSING =
  'adopt is missing: with payengine:contract "dashboard", keys can only be created in PayEngine\'s dashboard; create a ' +
  "private key there and pass adopt: { token }";
const BY_NEW_TOKEN =
  'cannot create a key under the contract "dashboard"; remove it: the key rotates when adopt.token changes';

describe('under the contract "dashboard", check', () => {
  test("keeps adopt.token in a creation's inputs, and only its fingerprint in later ones", () => {
    const adopt = { token: TOKEN };
    expect(checked({ adopt })).toEqual({ failures: [], inputs: { ...inputs, adopt } });
    expect(checked({ adopt }, inputs)).toEqual({ failures: [], inputs });
    expect(checked({}, inputs)).toEqual({ failures: [], inputs });
  });

  test("treats another value as a rotation, which needs only an overlap", () => {
    const adopt = { token: NEXT };
    const asked = { ...inputs, ...overlap, adopt, adoptedFingerprint: fingerprint(NEXT) };
    expect(checked({ adopt, ...overlap }, inputs)).toEqual({ failures: [], inputs: asked });
    expect(reasons({ adopt, rotation: { overlap: "0s" }, protect: true }, inputs)).toEqual([]);
  });

  test("accepts a value that is unknown in a preview", () => {
    for (const adopt of [UNKNOWN, { token: UNKNOWN }]) {
      const unknown = { adopt, adoptedFingerprint: UNKNOWN };
      expect(checked({ adopt })).toEqual({ failures: [], inputs: { ...inputs, ...unknown } });
      expect(checked({ adopt }, inputs)).toEqual({ failures: [], inputs: { ...inputs, ...unknown } });
    }
  });

  test.each<[string, object, string[]]>([
    ["nothing to adopt", {}, [MISSING]],
    [
      "a public key",
      { type: "public", adopt: { token: TOKEN } },
      [
        'type is "public", which the contract "dashboard" does not support; put the value in the program, because it is not ' +
          "secret",
      ],
    ],
    [
      "an id",
      { adopt: { keyId: "key_1", token: TOKEN } },
      ['adopt.keyId cannot be looked up under the contract "dashboard"; remove it'],
    ],
    [
      "a public key's value",
      { adopt: { token: `pk_test_${"a".repeat(32)}` } },
      ["adopt.token is a public key's value; set it to the value of a private key"],
    ],
    [
      "the provider's own credential",
      { adopt: { token: CREDENTIAL } },
      [
        "adopt.token is the provider credential, which the provider could never see revoked; create another private key " +
          "for this resource",
      ],
    ],
    [
      "rotation by the clock",
      { adopt: { token: TOKEN }, rotation: { period: "90d", overlap: "7d" } },
      [`rotation.period ${BY_NEW_TOKEN}`],
    ],
    [
      "rotation by triggers",
      { adopt: { token: TOKEN }, rotation: { triggers: { leak: 1 }, overlap: "7d" } },
      [`rotation.triggers ${BY_NEW_TOKEN}`],
    ],
    [
      "an empty value",
      { adopt: { token: "" } },
      [
        "adopt.token is empty or contains spaces, line ends or characters outside ASCII; pass the key's value",
      ],
    ],
    ["no value", { adopt: {} }, ["adopt.token is missing; pass the key's value as a secret"]],
  ])("refuses %s", (_what, more, expected) => {
    expect(reasons(more)).toEqual(expected);
  });

  test("refuses an ApiKey without adopt in a preview with an unknown credential", () => {
    const { settings } = configured(DASHBOARD) as Extract<Configuration, { kind: "ready" }>;
    expect(reasons({ digits: UNKNOWN }, {}, { kind: "unknown", settings })).toEqual([MISSING]);
  });

  test("refuses another value without an overlap", () => {
    expect(reasons({ adopt: { token: NEXT } }, inputs)).toEqual([
      "adopt.token has changed, which rotates the key; set how long the old value keeps working, such as rotation: " +
        '{ overlap: "7d" }',
    ]);
  });

  test("keeps whether a key came from the dashboard when the contract changes", () => {
    const adopt = { token: TOKEN };
    expect(checked({ adopt }, inputs, configured(DEFAULT_CONTRACT))).toEqual({ failures: [], inputs });
    const { madeByHand: _, adoptedFingerprint: __, ...made } = inputs;
    expect(checked({}, made)).toEqual({ failures: [], inputs: made });
  });

  test("quotes no value in any failure", () => {
    const all = [
      ...reasons({ adopt: { token: TOKEN, keyId: TOKEN }, type: "public" }),
      ...reasons({ adopt: { token: CREDENTIAL } }),
      ...reasons({ adopt: { token: NEXT } }, inputs),
      ...reasons({ adopt: NEXT }),
    ].join();
    for (const value of [TOKEN, CREDENTIAL, NEXT]) expect(all).not.toContain(value);
  });
});

test("under another contract, check requires the key's id in adopt and a period or triggers in rotation", () => {
  expect(reasons({ adopt: { token: TOKEN } }, {}, configured(DEFAULT_CONTRACT))).toEqual([
    "adopt.keyId is missing; set it to the key ID",
  ]);
  expect(reasons(overlap, {}, configured(DEFAULT_CONTRACT))).toEqual([
    expect.stringContaining("rotation has neither period nor triggers"),
  ]);
});

describe("diff of a key from the dashboard", () => {
  const state: ApiKeyState = { ...inputs, name: inputs.uniqueName, generation: 1, token: TOKEN };
  const previous = { previousToken: "old", previousRevokeAt: "2026-01-08T00:00:00.000Z", ...overlap };
  const asked = (token: string, more = {}) => ({
    ...inputs,
    adoptedFingerprint: fingerprint(token),
    ...more,
  });
  const inPlace = { changes: true, replaces: [] };

  test("reports no change for the same value, and a change in place for another one", () => {
    expect(diff(state, inputs, now)).toEqual({ changes: false, replaces: [] });
    expect(diff(state, asked(NEXT, overlap), now)).toEqual(inPlace);
    expect(diff(state, { ...inputs, adoptedFingerprint: UNKNOWN }, now)).toEqual(inPlace);
    expect(diff({ ...state, token: undefined, pendingAction: "create" }, inputs, now)).toEqual(inPlace);
  });

  test("refuses another value during the overlap", () => {
    expect(() => diff({ ...state, ...previous }, asked(NEXT, overlap), now)).toThrow(
      new KeyError(
        'The key "p-s-r-0123456789" cannot take another value before 2026-01-08T00:00:00.000Z: the previous value must work ' +
          "until then. Set adopt.token back and change it after that time. Or revoke the previous key in PayEngine's dashboard, run `pulumi refresh`, then change adopt.token.",
      ),
    );
  });

  test("accepts a value that is unknown in a preview", () => {
    const unknown = { ...inputs, ...overlap, adoptedFingerprint: UNKNOWN };
    expect(diff({ ...state, ...previous }, unknown, now)).toEqual(inPlace);
  });

  test("updates the key once the overlap of the previous value is over", () => {
    const rotated = { ...state, ...previous };
    expect(diff(rotated, asked(TOKEN, overlap), now).changes).toBe(false);
    const later = new Date("2026-01-08T00:00:00Z");
    expect(diff(rotated, asked(TOKEN, overlap), later)).toEqual(inPlace);
    expect(diff(rotated, asked(NEXT, overlap), later)).toEqual(inPlace);
  });
});
