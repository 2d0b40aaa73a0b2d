import { diff } from "../../provider/api-key/diff";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/state";

const now = new Date("2026-01-01T00:00:00Z");
const inputs: ApiKeyInputs = { type: "private", namePrefix: "shop", uniqueName: "shop-0123456789" };
const state: ApiKeyState = {
  ...inputs,
  name: inputs.uniqueName,
  keyId: "key_1",
  token: "t",
  accountId: "acct_1",
};

test("a key in good order has no changes", () => {
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
  ["a mark to settle", { pendingAction: "settle" as const }],
  ["a missing token", { token: undefined }],
])("%s is a change in place", (_what, lack) => {
  expect(diff({ ...state, ...lack }, inputs, now)).toEqual({ changes: true, replaces: [] });
});

test("an account that is pinned later is a change only where state does not record it yet", () => {
  expect(diff(state, { ...inputs, accountId: "acct_1" }, now).changes).toBe(false);
  const unrecorded = { ...state, accountId: undefined };
  expect(diff(unrecorded, { ...inputs, accountId: "acct_1" }, now)).toEqual({ changes: true, replaces: [] });
});

test("another pinned account is refused, never a replacement", () => {
  expect(() => diff(state, { ...inputs, accountId: "acct_2" }, now)).toThrow(
    new Error(
      'The key "shop-0123456789" belongs to account acct_1, but payengine:accountId pins acct_2. Set it back, or make ' +
        "a new key under a provider for the other account.",
    ),
  );
});
