import { KeyError } from "../../provider/api-key/context";
import { diff } from "../../provider/api-key/diff";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";

const now = new Date("2026-01-01T00:00:00Z");
const inputs: ApiKeyInputs = { type: "private", namePrefix: "shop", uniqueName: "shop-0123456789" };
const state: ApiKeyState = {
  ...inputs,
  name: inputs.uniqueName,
  keyId: "key_1",
  token: "t",
  accountId: "acct_1",
  credentialFingerprint: "01234567",
};

test("a key without pending actions has no changes", () => {
  expect(diff(state, inputs, now)).toEqual({ changes: false, replaces: [] });
});

test.each([
  ["type", { type: "public" }, ["type"]],
  ["namePrefix", { namePrefix: "store" }, ["namePrefix"]],
  ["both", { type: "public", namePrefix: "store" }, ["type", "namePrefix"]],
])("a change of %s replaces the key", (_what, change, replaces) => {
  expect(diff(state, { ...inputs, ...change }, now)).toEqual({ changes: true, replaces });
});

test.each([
  ["an unfinished creation", { pendingAction: "create" as const, token: undefined, keyId: undefined }],
  ["a mark to reconcile", { pendingAction: "reconcile" as const }],
  ["a missing token", { token: undefined }],
])("%s is a change in place", (_what, lack) => {
  expect(diff({ ...state, ...lack }, inputs, now)).toEqual({ changes: true, replaces: [] });
});

describe("a pin", () => {
  const to = (pinnedAccountId: string | undefined, more = {}) => ({ ...inputs, ...more, pinnedAccountId });
  const pinned = { ...state, pinnedAccountId: "acct_1" };

  test("is updated in place if it is added, changed or removed, with any account in state", () => {
    expect(diff(state, to("acct_1"), now)).toEqual({ changes: true, replaces: [] });
    expect(diff(pinned, to("acct_1"), now)).toEqual({ changes: false, replaces: [] });
    expect(diff(pinned, to("acct_2"), now)).toEqual({ changes: true, replaces: [] });
    expect(diff(pinned, inputs, now)).toEqual({ changes: true, replaces: [] });
  });

  test("is refused if it is added or changed together with a replacement", () => {
    const refused = (replaced: string, before: string, after: string) =>
      `The key "shop-0123456789" cannot be replaced (${replaced}) while payengine:accountId changes from ${before} to ` +
      `${after}. Run \`pulumi up\` with the new pin first, which checks it. For a key in another account, add an ` +
      "ApiKey with a provider for that account.";
    expect(() => diff(pinned, to("acct_2", { type: "public" }), now)).toThrow(
      new KeyError(refused("type", "acct_1", "acct_2")),
    );
    expect(() => diff(state, to("acct_1", { namePrefix: "store" }), now)).toThrow(
      new KeyError(refused("namePrefix", "nothing", "acct_1")),
    );
    expect(diff(pinned, to("acct_1", { type: "public" }), now).replaces).toEqual(["type"]);
  });

  test("is refused if it is added or changed together with a rotation without overlap", () => {
    const rotating = { ...pinned, rotation: { triggers: { leak: 0 }, overlap: "0s" } };
    const asked = to("acct_2", { rotation: { triggers: { leak: 1 }, overlap: "0s" } });
    expect(() => diff(rotating, asked, now)).toThrow(
      "cannot be replaced (rotation) while payengine:accountId",
    );
  });
});

test("a moved console is a change in place, and another credential is not a change", () => {
  const moved = { ...inputs, apiUrl: "https://console.example/api" };
  expect(diff(state, moved, now)).toEqual({ changes: true, replaces: [] });
  expect(diff({ ...state, apiUrl: moved.apiUrl }, moved, now).changes).toBe(false);
  expect(diff(state, { ...inputs, credentialFingerprint: "89abcdef" }, now).changes).toBe(false);
});
