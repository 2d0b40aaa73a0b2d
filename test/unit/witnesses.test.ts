import { ACCOUNT_IDS, type DialectInput, MERCHANT_IDS } from "payengine-sandbox";
import type { Settings } from "../../provider/api-key/context";
import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import { read } from "../../provider/api-key/read";
import type { ApiKeyState } from "../../provider/api-key/schema";
import { shortFingerprint } from "../../provider/payengine/key-value";
import { ProcessMemory } from "../../provider/process-memory";
import { abridged } from "../abridged";
import { completed, messageThrownBy, pinHint, SandboxHarness } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
});
afterEach(() => harness.close());

/** A key that is older than a minute and was revoked in the dashboard. */
async function revokedKey(type: string, dialect: DialectInput = {}): Promise<ApiKeyState> {
  await harness.control.setDialect(dialect);
  const state = completed(await create(harness.context(), harness.inputs({ type })));
  await harness.advance(61_000);
  await harness.control.revokeKey(state.keyId ?? "");
  return state;
}

const otherCredential = async (account = "sandbox") =>
  (await harness.control.newCredential(account, "Developer")).key;

async function expectGone(state: ApiKeyState, settings: Partial<Settings>, recorded = new ProcessMemory()) {
  expect(await read(harness.context(settings, recorded), state)).toBeUndefined();
  await revokeAll(harness.context(settings, recorded), state);
}

async function expectKept(
  state: ApiKeyState,
  why: string,
  settings: Partial<Settings>,
  recorded = new ProcessMemory(),
) {
  const { name, keyId } = state;
  expect(await messageThrownBy(() => read(harness.context(settings, recorded), state))).toEqual(
    abridged(`Could not read the key "${name}" (${keyId}): ${why}`, " State is unchanged."),
  );
  expect(await messageThrownBy(() => revokeAll(harness.context(settings, recorded), state))).toEqual(
    abridged(
      `Could not revoke the key "${name}" (${keyId}), which may still work: ${why}`,
      " The key stays in state: ",
      "dashboard.",
    ),
  );
}

const unproven = (state: ApiKeyState) =>
  "PayEngine cannot find it, but nothing proves that the credential belongs to the key's account: state does not record " +
  `it as the key's creator. Use the one that created the key${pinHint(state)}; or, if the key is gone, run ` +
  "`pulumi state delete` with this resource's URN.";
const OTHER_ACCOUNT =
  "PayEngine does not show the key to this credential but accepts the key's value, so the credential belongs to another " +
  "account; use a credential of the key's account.";
const notShown = (pin: string) => `payengine:accountId pins ${pin}, but`;

describe.each([
  ["with merchants", "private", {}],
  ["without merchants", "private", { merchant: "empty" }],
  ["with merchants", "public", {}],
  ["without merchants", "public", { merchant: "empty" }],
] as const)("in an account %s, a %s key that was revoked in the dashboard", (_account, type, dialect) => {
  test("is gone for the credential that created it", async () => {
    await expectGone(await revokedKey(type, dialect), {});
  });

  test("is kept by another credential without proof of its account", async () => {
    const { merchantId: _, ...state } = await revokedKey(type, dialect);
    await expectKept(state, unproven(state), { credential: await otherCredential() });
  });

  test("is kept if state records no credential, even by the one that created it", async () => {
    const { credentialFingerprint: _, merchantId: __, ...state } = await revokedKey(type, dialect);
    await expectKept(state, unproven(state), {});
  });

  test("is gone for another credential that sees another key of the same account", async () => {
    const state = await revokedKey(type, dialect);
    const recorded = new ProcessMemory();
    recorded.noteRecorded(completed(await create(harness.context(), harness.inputs({ type: "public" }))));
    recorded.noteRecorded(state);
    await expectGone(state, { credential: await otherCredential() }, recorded);
  });

  test("is kept when the account does not show the other key either", async () => {
    const { merchantId: _, ...state } = await revokedKey(type, dialect);
    const recorded = new ProcessMemory();
    recorded.noteRecorded(await revokedKey("public", dialect));
    await expectKept(state, unproven(state), { credential: await otherCredential() }, recorded);
  });

  test("is gone when a key pins the account", async () => {
    const state = await revokedKey(type, dialect);
    const { keyId: accountId } = completed(await create(harness.context(), harness.inputs()));
    const pinned = { ...state, pinnedAccountId: accountId };
    await expectGone(pinned, { credential: await otherCredential(), accountId });
  });

  test("is kept when the account does not show the pin", async () => {
    const state = await revokedKey(type, dialect);
    const [accountId] = MERCHANT_IDS.production;
    await expectKept(state, notShown(accountId), { accountId });
    await expectKept(state, notShown("none"), { accountId: "none" });
    // The account no longer shows the key's own id.
    const own = state.keyId ?? "";
    await expectKept(state, notShown(own), { accountId: own });
  });

  test("is kept by a credential of another account", async () => {
    const state = await revokedKey(type, dialect);
    await expectKept(state, unproven(state), { credential: await otherCredential("production") });
  });
});

describe("another credential's key", () => {
  const seenByAnother = async (state: ApiKeyState) => {
    const maker = await otherCredential();
    const inputs = harness.inputs({ credentialFingerprint: shortFingerprint(maker) });
    const recorded = new ProcessMemory();
    recorded.noteRecorded(completed(await create(harness.context({ credential: maker }), inputs)));
    return [state, { credential: await otherCredential() }, recorded] as const;
  };

  test("is a witness for a private key", async () => {
    await expectGone(...(await seenByAnother(await revokedKey("private", { merchant: "empty" }))));
  });

  test("is not a witness for a public key", async () => {
    const [state, settings, recorded] = await seenByAnother(
      await revokedKey("public", { merchant: "empty" }),
    );
    await expectKept(state, unproven(state), settings, recorded);
  });

  test("is not a witness at another address", async () => {
    const state = await revokedKey("public");
    const recorded = new ProcessMemory();
    const other = completed(await create(harness.context(), harness.inputs()));
    recorded.noteRecorded({ ...other, apiUrl: "https://console.payengine.dev/api" });
    await expectKept(state, unproven(state), { credential: await otherCredential() }, recorded);
  });
});

describe("a merchant of the account that state records", () => {
  test("is a witness for a private key, even beyond the first page of the list", async () => {
    const state = await revokedKey("private");
    expect(MERCHANT_IDS.sandbox).toContain(state.merchantId);
    for (let number = 0; number < 12; number++)
      await harness.control.addMerchant("sandbox", { name: `later ${number}`, status: "inactive" });
    await expectGone(state, { credential: await otherCredential() });
  });

  test("is not a witness for a public key, because a parent organization may see it too", async () => {
    const state = await revokedKey("public");
    await expectKept(state, unproven(state), { credential: await otherCredential() });
  });

  test("is not a witness for a credential that does not see it", async () => {
    const { merchantId: _, ...state } = await revokedKey("private");
    const foreign = { ...state, merchantId: MERCHANT_IDS.production[1] };
    await expectKept(foreign, unproven(foreign), { credential: await otherCredential() });
  });

  test("causes its own error while it is unreachable", async () => {
    const state = await revokedKey("private");
    const fault = { kind: "statusBeforeCommit", status: 503, times: "always" } as const;
    await harness.control.addFault({ operation: "getMerchant", ...fault });
    const why = `PayEngine returned 503 for GET ${harness.url}/merchant/${state.merchantId}: Status 503, as asked for by a fault.`;
    await expectKept(state, why, { credential: await otherCredential() });
  });
});

describe.each(["private", "public"])(
  "if PayEngine returns the account's id, a %s key that is gone",
  (type) => {
    test.each(["object", "withAccountId"] as const)(
      "is gone to any credential of the account (%s)",
      async (merchant) => {
        const state = await revokedKey(type, { merchant });
        expect(state.accountId).toBe(ACCOUNT_IDS.sandbox);
        await expectGone(state, { credential: await otherCredential() });
      },
    );

    test.each(["object", "withAccountId"] as const)("is pinned by that id (%s)", async (merchant) => {
      const { accountId: _, merchantId: __, ...state } = await revokedKey(type, { merchant });
      const credential = await otherCredential();
      const pinned = { ...state, pinnedAccountId: ACCOUNT_IDS.sandbox };
      await expectGone(pinned, { credential, accountId: ACCOUNT_IDS.sandbox });
      await expectKept(state, notShown(ACCOUNT_IDS.production), {
        credential,
        accountId: ACCOUNT_IDS.production,
      });
    });
  },
);

test.each(["private", "public"])("a merchant pins the account of a %s key that is gone", async (type) => {
  const { merchantId: _, ...state } = await revokedKey(type);
  for (const accountId of MERCHANT_IDS.sandbox)
    await expectGone(
      { ...state, pinnedAccountId: accountId },
      { credential: await otherCredential(), accountId },
    );
});

test.each(["private", "public"])(
  "a pin that was set after a %s key was created does not prove it gone",
  async (type) => {
    const { merchantId = "", ...state } = await revokedKey(type);
    const settings = { credential: await otherCredential(), accountId: merchantId };
    await expectKept(state, unproven(state), settings);
    // Unless it is the merchant in state.
    await expectGone({ ...state, merchantId }, settings);
  },
);

test("a pin of another account than the pin in state proves no key gone", async () => {
  const [was] = MERCHANT_IDS.sandbox;
  const [accountId] = MERCHANT_IDS.production;
  const inputs = harness.inputs({ type: "public", pinnedAccountId: was });
  const state = completed(await create(harness.context({ accountId: was }), inputs));
  await harness.advance(61_000);
  const elsewhere = { credential: await otherCredential("production"), accountId };
  expect(await messageThrownBy(() => read(harness.context(elsewhere), state))).toContain(
    "Could not read the key",
  );
  expect(await messageThrownBy(() => revokeAll(harness.context(elsewhere), state))).toContain(
    "Could not revoke",
  );
  await harness.expectOnlyKeysOf(state);
});

test("a private key that works is kept by a credential of another account with any pin", async () => {
  const state = completed(await create(harness.context(), harness.inputs()));
  await harness.advance(61_000);
  const credential = await otherCredential("production");
  for (const accountId of [undefined, ...MERCHANT_IDS.production])
    await expectKept(state, OTHER_ACCOUNT, { credential, accountId });
  await harness.expectOnlyKeysOf(state);
});
