import { uniqueNameIn } from "../../provider/api-key/names";
import { ownersOf, recordedIds } from "../../recovery/key-owners";
import type { RecordedKey } from "../../recovery/pulumi/recorded-key";

const unique = "shop-prod-checkout-0123456789";
const recorded = (name: string, more: Partial<RecordedKey> = {}): RecordedKey => ({
  urn: "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/payengine:ApiKey::checkout",
  resource: "checkout",
  uniqueName: unique,
  name,
  latestName: name,
  keyId: "key_1",
  createdAt: undefined,
  fingerprint: undefined,
  redactedToken: undefined,
  generation: 1,
  rotateAt: undefined,
  overlap: undefined,
  previous: undefined,
  pendingAction: undefined,
  reconcileAfter: undefined,
  type: "private",
  apiUrl: "https://console.payengine.co/api",
  credentialFingerprint: undefined,
  pinnedAccountId: undefined,
  accountId: undefined,
  merchantId: undefined,
  evidence: "resource",
  isMadeByHand: false,
  adoptedKeyId: undefined,
  isReplaced: false,
  isTainted: false,
  isProtected: false,
  isRetained: false,
  encrypted: [],
  provider: "",
  isDamaged: false,
  ...more,
});

test.each([
  [unique, unique, true],
  [unique, `${unique}-r4`, true],
  [unique, `${unique}-r7`, false],
  [unique, `${unique}-g2`, true],
  [unique, `${unique}-g2-r3`, true],
  [unique, `${unique}-g3`, false],
  [unique, `${unique}-g1`, false],
  [`${unique}-g4`, `${unique}-g5-r2`, true],
  [`${unique}-g4`, `${unique}-g2`, true],
  [`${unique}-g4`, `${unique}-g6`, false],
  ["made by hand", `${unique}-g2`, true],
  ["made by hand", "made by hand", false],
  [unique, "shop-prod-checkout-9876543210", false],
])("a state with the key %j owns the orphan %j: %j", (held, name, isOrphan) => {
  const key = recorded(held);
  expect(ownersOf([key])(name)).toBe(isOrphan ? key : undefined);
});

test("a state records its key and its previous key", () => {
  const previous = { keyId: "key_0", revokeAt: undefined, fingerprint: undefined, redactedToken: undefined };
  expect([...recordedIds([recorded(unique, { previous }), recorded(unique, { keyId: undefined })])]).toEqual([
    "key_1",
    "key_0",
  ]);
});

test("names that look generated are recognized by their digits and suffixes, even with suffixes that are never used", () => {
  const like = [unique, `${unique}-g2-r3`, `${unique}-g1`, `${unique}-g9-r01`];
  expect([...like, "shop", `${unique}-x`, `${unique}-r2-g2`].map(uniqueNameIn)).toEqual([
    ...like.map(() => unique),
    undefined,
    undefined,
    undefined,
  ]);
});
