import {
  adoptHandMade,
  forgetHandMade,
  readHandMade,
  updateHandMade,
} from "../../provider/api-key/hand-made";
import type { ApiKeyInputs, ApiKeyState } from "../../provider/api-key/schema";
import { withoutPrevious } from "../../provider/api-key/state";
import { fingerprint } from "../../provider/payengine/key-value";
import { abridged } from "../abridged";
import { completed, messageThrownBy, type SandboxHarness } from "../sandbox-harness";
import { type ByHand, HandMadeHarness, shown } from "./hand-made-harness";

const DAY = 86_400_000;

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
const overlap = { rotation: { overlap: "7d" } };
const update = (from: ApiKeyState, inputs: ApiKeyInputs, given?: ByHand) =>
  updateHandMade(context(), from, inputs, given);
const forget = (from: ApiKeyState, held: readonly string[] = []) =>
  forgetHandMade(context(), from, new Set(held));
const CLICK = "Revoke it in PayEngine's dashboard (API -> Manage Keys)";
const UNCLEAR = "PayEngine returns 401 for the credential too";

describe("a new value", () => {
  let second: ByHand;
  let next: ApiKeyState;
  beforeEach(async () => {
    second = await it.make();
    next = completed(await update(state, asked(second, overlap), second));
  });

  test("rotates the key, and the previous value stays until the end of the overlap", async () => {
    expect(next).toMatchObject({
      ...asked(second, overlap),
      name,
      generation: 2,
      ...{ token: second.token, redactedToken: shown(second.token), fingerprint: fingerprint(second.token) },
      previousToken: first.token,
      ...{ previousRedactedToken: shown(first.token), previousFingerprint: fingerprint(first.token) },
    });
    expect(Date.parse(next.previousRevokeAt ?? "") - Date.parse(next.rotatedAt ?? "")).toBe(7 * DAY);
    expect(next).not.toHaveProperty("previousKeyId");
    expect(next).not.toHaveProperty("pendingAction");
    expect(completed(await update(next, asked(second, overlap)))).toEqual(next);
    expect(await readHandMade(context(), next)).toEqual(next);
  });

  test("that does not work changes nothing", async () => {
    const third = { id: "", token: "1".repeat(108) };
    expect(await messageThrownBy(() => update(state, asked(third, overlap), third))).toEqual(
      abridged(
        `Could not update the key "${name}": PayEngine does not accept adopt.token`,
        "State is unchanged.",
      ),
    );
  });

  test("is refused while the previous value still works", async () => {
    const third = await it.make();
    expect(await messageThrownBy(() => update(next, asked(third, overlap), third))).toBe(
      `Could not update the key "${name}": The previous key is not revoked yet. State is unchanged.`,
    );
  });

  test("drops the previous value only once it was revoked in the dashboard", async () => {
    await harness.advance(7 * DAY);
    const stillWorks =
      `The previous value of "${name}" (${shown(first.token)}) still works, although its overlap ended at ` +
      `${next.previousRevokeAt}. ` +
      `${CLICK}, then run \`pulumi up\` again. State keeps both values.`;
    const third = await it.make();
    expect(await messageThrownBy(() => update(next, asked(second, overlap)))).toBe(stillWorks);
    expect(await messageThrownBy(() => update(next, asked(third, overlap), third))).toBe(stillWorks);
    await harness.control.revokeKey(first.id);
    const retired = withoutPrevious(next);
    expect(Object.keys(retired).filter((field) => field.startsWith("previous"))).toEqual([]);
    expect(completed(await update(next, asked(second, overlap)))).toEqual(retired);
    expect(completed(await update(next, asked(third, overlap), third))).toMatchObject({
      ...{ generation: 3, token: third.token, previousToken: second.token },
    });
  });

  test("keeps the previous value in an outage in which every credential gets 401", async () => {
    await harness.advance(7 * DAY);
    await harness.control.revokeKey(first.id);
    await it.everybodyGets401(1);
    expect(await messageThrownBy(() => update(next, asked(second, overlap)))).toEqual(
      abridged(`Could not update the key "${name}": ${UNCLEAR}`, "State is unchanged."),
    );
  });

  test("drops the previous value once a refresh finds it revoked", async () => {
    await harness.control.revokeKey(first.id);
    expect(await readHandMade(context(), next)).toEqual(withoutPrevious(next));
  });

  test("replaces a revoked value without any overlap", async () => {
    await harness.control.revokeKey(first.id);
    const gone = await readHandMade(context(), state);
    expect(await messageThrownBy(() => update(gone, asked(first)))).toBe(
      `Could not update the key "${name}": PayEngine no longer accepts its value; create another private key in ` +
        "PayEngine's dashboard and set adopt.token to its value. State is unchanged.",
    );
    const repaired = completed(await update(gone, asked(second, overlap), second));
    expect(repaired).toMatchObject({ token: second.token, adoptedFingerprint: fingerprint(second.token) });
    for (const none of ["pendingAction", "previousToken", "previousRevokeAt"])
      expect(repaired).not.toHaveProperty(none);
  });

  test("and the previous one can be deleted once both are revoked", async () => {
    const stillWorks = (token: string) =>
      `The key "${name}" (${shown(token)}) still works, and Pulumi cannot revoke it. ${CLICK}, then run this again. To ` +
      "keep using it without Pulumi, run `pulumi state delete` with this resource's URN.";
    expect(await messageThrownBy(() => forget(next))).toBe(stillWorks(first.token));
    await harness.control.revokeKey(first.id);
    expect(await messageThrownBy(() => forget(next))).toBe(stillWorks(second.token));
    await it.everybodyGets401();
    expect(await messageThrownBy(() => forget(next))).toEqual(
      abridged(
        `Could not check whether the key "${name}" is revoked: ${UNCLEAR}`,
        " The key stays in state: run this again.",
      ),
    );
    await harness.control.clearFaults();
    await harness.control.revokeKey(second.id);
    await forget(next);
  });

  test("can be deleted without an error if another resource holds it", async () => {
    await forget(state, [fingerprint(first.token)]);
    expect(await messageThrownBy(() => forget(next, [fingerprint(second.token)]))).toContain(
      `The key "${name}" (${shown(first.token)}) still works`,
    );
  });
});

test("no error quotes a value", async () => {
  const messages = [
    await messageThrownBy(() => forget(state)),
    await messageThrownBy(() => adoptHandMade(context(), asked(first), { token: "2".repeat(108) })),
  ];
  expect(messages.join()).not.toMatch(/[0-9a-f]{50}/);
});
