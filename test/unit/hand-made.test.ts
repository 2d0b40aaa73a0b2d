import { MERCHANT_IDS } from "payengine-sandbox";
import { create } from "../../provider/api-key/create";
import { adoptHandMade, readHandMade } from "../../provider/api-key/hand-made";
import type { ApiKeyState } from "../../provider/api-key/schema";
import { fingerprint } from "../../provider/payengine/key-value";
import { completed, messageThrownBy, type SandboxHarness } from "../sandbox-harness";
import { type ByHand, HandMadeHarness, shown } from "./hand-made-harness";

let it: HandMadeHarness;
let harness: SandboxHarness;
let name: string;
let first: ByHand;
let state: ApiKeyState;
beforeEach(async () => {
  it = await HandMadeHarness.open();
  ({ harness, name } = it);
  first = await it.make();
  state = await it.taken(first);
  await harness.control.clearRequests();
});
afterEach(() => harness.close());

const asked: HandMadeHarness["asked"] = (...given) => it.asked(...given);
const context: HandMadeHarness["context"] = (settings) => it.context(settings);
const UNCLEAR = "PayEngine returns 401 for the credential too, so the key's status is unknown.";

describe("the adoption of a value", () => {
  test("requests only the merchants, and stores the value and its fingerprint", async () => {
    const given = await it.make();
    const inputs = asked(given);
    await harness.control.clearRequests();
    expect(completed(await adoptHandMade(context(), inputs, given))).toEqual({
      ...inputs,
      name,
      token: given.token,
      redactedToken: shown(given.token),
      fingerprint: fingerprint(given.token),
      merchantId: MERCHANT_IDS.sandbox[1],
    });
    expect(await harness.calls()).toEqual(["GET /api/merchant", "GET /api/merchant"]);
  });

  test.each([
    ["does not work", "0".repeat(108)],
    ["is public", `pk_test_${"a".repeat(32)}`],
  ])("fails if the value %s", async (_what, token) => {
    expect(await messageThrownBy(() => adoptHandMade(context(), asked({ token }), { token }))).toBe(
      `Could not adopt the key "${name}": PayEngine does not accept adopt.token; set it to the value of a private key ` +
        "that works. Nothing was changed.",
    );
  });

  test("fails if the value was revoked meanwhile or PayEngine does not respond", async () => {
    await harness.control.addFault({
      operation: "merchant",
      kind: "statusBeforeCommit",
      status: 503,
      skip: 1,
    });
    expect(await messageThrownBy(() => adoptHandMade(context(), asked(first), first))).toBe(
      `Could not adopt the key "${name}": PayEngine returned 503 for GET ${harness.url}/merchant: Status 503, as asked for ` +
        "by a fault. Nothing was changed.",
    );
    await harness.control.revokeKey(first.id);
    expect(await messageThrownBy(() => adoptHandMade(context(), asked(first), first))).toContain(
      "does not accept",
    );
  });

  test("respects the pin", async () => {
    const [accountId, foreign] = [MERCHANT_IDS.sandbox[0], MERCHANT_IDS.production[0]];
    expect(completed(await adoptHandMade(context({ accountId }), asked(first), first)).token).toBe(
      first.token,
    );
    const refused = await messageThrownBy(() =>
      adoptHandMade(context({ accountId: foreign }), asked(first), first),
    );
    expect(refused).toContain(`payengine:accountId pins ${foreign}, but`);
  });

  test("is the only way to get a key: create without adopt posts nothing", async () => {
    expect(await messageThrownBy(() => create(context(), harness.inputs({ uniqueName: name })))).toBe(
      `Could not create the key "${name}": payengine:contract is "dashboard", so the provider cannot list the account's keys. ` +
        "No key was left behind.",
    );
    expect((await harness.calls()).filter((call) => !call.startsWith("GET /api/merchant"))).toEqual([]);
  });
});

describe("read", () => {
  const couldNotRead = (why: string) => `Could not read the key "${name}": ${why} State is unchanged.`;

  test("does not change state while the value works, and notices a revoked value", async () => {
    expect(await readHandMade(context(), state)).toEqual(state);
    await harness.control.revokeKey(first.id);
    const { token: _, fingerprint: __, redactedToken: ___, ...rest } = state;
    const gone = await readHandMade(context(), state);
    expect(gone).toEqual({ ...rest, pendingAction: "create" });
    await harness.control.clearRequests();
    expect(await readHandMade(context(), gone)).toEqual(gone);
    expect(await harness.calls()).toEqual([]);
  });

  test.each([0, 1, 2])("keeps the value if every credential gets 401 from request %i on", async (skip) => {
    await harness.control.revokeKey(first.id);
    await it.everybodyGets401(skip);
    expect(await messageThrownBy(() => readHandMade(context(), state))).toBe(couldNotRead(UNCLEAR));
  });

  test("keeps the value if a proxy in front of PayEngine responds", async () => {
    for (const fault of [
      { status: 503 },
      { status: 401, body: "html" },
      { status: 403, body: "html" },
    ] as const) {
      await harness.control.addFault({
        operation: "any",
        kind: "statusBeforeCommit",
        times: "always",
        ...fault,
      });
      expect(await messageThrownBy(() => readHandMade(context(), state))).toContain(
        `returned ${fault.status} for GET`,
      );
      await harness.control.clearFaults();
    }
  });

  test("sends nothing to another address", async () => {
    const apiUrl = harness.url.replace("127.0.0.1", "localhost");
    expect(await messageThrownBy(() => readHandMade(context({ apiUrl }), state))).toContain(
      `was created at ${harness.url}. Nothing was sent.`,
    );
    expect(await harness.calls()).toEqual([]);
  });
});
