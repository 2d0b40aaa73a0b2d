import { adoptionNotice, adoptionOf } from "../../provider/api-key/adoption";
import { UNKNOWN } from "../../provider/api-key/context";
import { fingerprint } from "../../provider/payengine/key-value";
import { ProcessMemory } from "../../provider/process-memory";
import { newInputs } from "../sandbox-harness";

describe("check of adopt", () => {
  const adoptArgs = { keyId: "key_1", token: "t" };
  const print = fingerprint("t");
  const asked = { type: "private", namePrefix: "shop" };
  const earlier = { ...asked, uniqueName: "shop-1", adoptedKeyId: "key_1", adoptedFingerprint: print };

  test("keeps adopt in the inputs of a creation, and only the adopted fingerprint in later ones", () => {
    expect(adoptionOf({}, { ...asked, adopt: adoptArgs })).toEqual({
      inputs: { adopt: adoptArgs, adoptedKeyId: "key_1", adoptedFingerprint: print },
      failures: [],
    });
    const later = { inputs: { adoptedKeyId: "key_1", adoptedFingerprint: print }, failures: [] };
    expect(adoptionOf(earlier, { ...asked, adopt: adoptArgs })).toEqual(later);
    expect(adoptionOf(earlier, asked)).toEqual(later);
    expect(adoptionOf({}, asked)).toEqual({ inputs: {}, failures: [] });
  });

  test("keeps unknown values unknown in a preview", () => {
    expect(adoptionOf({}, { ...asked, adopt: UNKNOWN }).inputs).toEqual({
      adopt: UNKNOWN,
      adoptedKeyId: UNKNOWN,
      adoptedFingerprint: UNKNOWN,
    });
    const unknown = { keyId: "key_1", token: UNKNOWN };
    expect(adoptionOf({}, { ...asked, adopt: unknown }).inputs.adoptedFingerprint).toBe(UNKNOWN);
    expect(adoptionOf(earlier, { ...asked, adopt: unknown }).failures).toEqual([]);
  });

  test.each([
    [{ adopt: { keyId: "key_2", token: "t" } }, earlier, "adopt.keyId"],
    [{ adopt: { keyId: "key_1", token: "u" } }, earlier, "adopt.token"],
    [{ adopt: adoptArgs }, { ...asked, uniqueName: "shop-1" }, "adopt"],
    [{ adopt: adoptArgs, type: "public" }, earlier, "type"],
    [{ adopt: adoptArgs, namePrefix: "store" }, earlier, "namePrefix"],
    [{ adopt: { token: "t" } }, {}, "adopt.keyId"],
  ])("refuses %j on %j", (change, olds, property) => {
    const { failures } = adoptionOf(olds, { ...asked, ...change });
    expect(failures.map((failure) => failure.property)).toEqual([property]);
  });
});

test("a preview shows which key a new resource adopts, and only for that resource", () => {
  const preview = { namePrefix: "shop", uniqueName: UNKNOWN, adoptedKeyId: "key_1", adoptedFingerprint: "f" };
  expect(adoptionNotice({}, preview)).toBe("shop adopts key_1: no key is created at PayEngine.");
  const unknown = { ...preview, adoptedKeyId: UNKNOWN };
  expect(adoptionNotice({}, unknown)).toBe("shop adopts an existing key: no key is created at PayEngine.");
  const { adoptedKeyId: _id, ...byHand } = preview;
  expect(adoptionNotice({}, byHand)).toBe("shop adopts an existing key: no key is created at PayEngine.");
  const { adoptedFingerprint: _print, ...made } = byHand;
  for (const [olds, inputs] of [
    [{}, made],
    [{}, { ...preview, uniqueName: "shop-1" }],
    [{ uniqueName: "shop-1" }, preview],
  ] as const) {
    expect(adoptionNotice(olds, inputs)).toBeUndefined();
  }
});

describe("adopted keys of one process", () => {
  const state = { ...newInputs(), name: "by hand", keyId: "key_1", adoptedKeyId: "key_1" };
  const rotated = { ...state, keyId: "key_2", previousKeyId: "key_1" };
  const again =
    'The key "by hand" (key_1) was not revoked, because the program adopted it or its previous key again in this update.';

  test("are not revoked by the update that adopted them again, which fails with the reason", () => {
    const keys = new ProcessMemory();
    expect([...keys.heldBesides(state)]).toEqual([]);
    keys.claimAdoption("key_1", "n");
    expect(() => keys.heldBesides(state)).toThrow(again);
    expect(() => keys.heldBesides(rotated)).toThrow(again.replace("key_1", "key_2"));
  });

  test("stay while another resource holds them as its key or its previous key", () => {
    const keys = new ProcessMemory();
    keys.noteKept({ ...state, keyId: "key_9" });
    expect([...keys.heldBesides(state)]).toEqual([]);
    keys.noteKept(rotated);
    expect([...keys.heldBesides(state)]).toEqual(["key_1"]);
  });

  test("are adopted once, and can be adopted after a failure", () => {
    const keys = new ProcessMemory();
    keys.claimAdoption("key_1", "n");
    const twice = 'Could not adopt the key key_1 as "m": another resource of this program has adopted it.';
    expect(() => keys.claimAdoption("key_1", "m")).toThrow(twice);
    keys.releaseAdoption("key_1");
    keys.claimAdoption("key_1", "n");
    keys.noteKept({ ...state, adoptedKeyId: "key_2", keyId: "key_2" });
    expect(() => keys.claimAdoption("key_2", "m")).toThrow("another resource of this program");
  });
});
