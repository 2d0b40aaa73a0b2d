import type { DialectInput } from "payengine-sandbox";
import { adopt } from "../../provider/api-key/adoption";
import { create } from "../../provider/api-key/create";
import { revokeAll } from "../../provider/api-key/delete";
import { read } from "../../provider/api-key/read";
import { update } from "../../provider/api-key/update";
import { DIALECTS } from "../dialects";
import { completed, messageThrownBy, SandboxHarness } from "../sandbox-harness";

let harness: SandboxHarness;
beforeEach(async () => {
  harness = await SandboxHarness.open();
});
afterEach(() => harness.close());

const rotation = (count: number) => ({ triggers: { count }, overlap: "1h" });

describe.each(Object.entries(DIALECTS))("on an account (%s)", (_name, dialect) => {
  beforeEach(() => harness.speak(dialect));

  test.each(["private", "public"])("a %s key is created, refreshed, rotated and destroyed", async (type) => {
    const inputs = harness.inputs({ type, rotation: rotation(0) });
    const made = completed(await create(harness.context(), inputs));
    await harness.expectOnlyKeysOf(made);
    expect(await read(harness.context(), made)).toMatchObject({ keyId: made.keyId, token: made.token });

    const rotated = completed(await update(harness.context(), made, { ...inputs, rotation: rotation(1) }));
    expect(rotated).toMatchObject({ previousKeyId: made.keyId, previousToken: made.token, generation: 2 });
    await harness.expectOnlyKeysOf(rotated);

    await revokeAll(harness.context(), rotated);
    await harness.expectOnlyKeysOf();
  });

  test.each(["private", "public"])(
    "a refresh sees that a %s key was deleted in the dashboard, and an update makes it anew",
    async (type) => {
      const made = completed(await create(harness.context(), harness.inputs({ type })));
      await harness.control.revokeKey(made.keyId ?? "");
      await harness.advance(61_000);
      expect(await read(harness.context(), made)).toBeUndefined();
      await harness.expectOnlyKeysOf(completed(await create(harness.context(), harness.inputs({ type }))));
    },
  );

  test("a lost response leaves one key", async () => {
    await harness.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
    await harness.expectOnlyKeysOf(completed(await create(harness.context(), harness.inputs())));
  });

  test("a key is adopted", async () => {
    const { client } = harness.context();
    const { id: keyId = "", value } = await client.createKey({ name: "made by hand", type: "private" });
    const token = value ?? (await client.revealKey(keyId)) ?? "";
    const allowUnproven = dialect.shows?.redacted === false;
    const inputs = harness.inputs();
    const state = completed(await adopt(harness.context(), inputs, { keyId, token, allowUnproven }));
    await harness.expectOnlyKeysOf(state);
    await revokeAll(harness.context(), state);
    await harness.expectOnlyKeysOf();
  });
});

/** Cases in which no key can be created, and their errors. */
const IMPOSSIBLE: readonly [string, DialectInput, RegExp][] = [
  [
    "no private key may manage keys",
    { manageKeys: "consoleOnly" },
    /This request needs a user who is signed in to PayEngine's console/,
  ],
];

test.each(IMPOSSIBLE)(
  "a creation ends with one clear error and no key if %s",
  async (_name, dialect, said) => {
    await harness.speak(dialect);
    expect(await messageThrownBy(() => create(harness.context(), harness.inputs()))).toMatch(said);
    await harness.expectOnlyKeysOf();
  },
);

/** Cases that need a contract, without it. */
test.each([
  ["keys for Bearer only", { scheme: "Bearer" }, /PayEngine returned 401 for GET/],
  ["another path", { path: "/v3/credentials" }, /Unsupported API call/],
  ["other names of fields", { fields: { id: "uuid", name: "label" } }, /entry 1 has no id/],
  ["the value by a second call", { reveal: "byCall" }, /set payengine:contract\.reveal to that request/],
] as const)(
  "a creation without a matching contract (%s) leaves no active key",
  async (_name, dialect, said) => {
    const context = harness.context();
    await harness.control.setDialect(dialect);
    expect(await messageThrownBy(() => create(context, harness.inputs()))).toMatch(said);
    expect(await harness.liveKeys()).toEqual([]);
  },
);

test("a key that is not found stays in state if a revoked value gets 403 instead of 401", async () => {
  await harness.speak({ revokedValue: 403 });
  const made = completed(await create(harness.context(), harness.inputs()));
  await harness.control.revokeKey(made.keyId ?? "");
  await harness.advance(61_000);
  expect(await messageThrownBy(() => read(harness.context(), made))).toContain("but still accepts its value");
});
