import { AdoptedKeys } from "../../provider/api-key/adopted-keys";
import { adoptionOf } from "../../provider/api-key/adoption";
import { fingerprint } from "../../provider/api-key/state";
import { UNKNOWN } from "../../provider/config";
import { newInputs } from "../sandbox-lab";

describe("what check makes of adopt", () => {
  const adoptArgs = { keyId: "key_1", token: "t" };
  const print = fingerprint("t");
  const asked = { type: "private", namePrefix: "shop" };
  const earlier = { ...asked, uniqueName: "shop-1", adoptedKeyId: "key_1", adoptedFingerprint: print };

  test("the inputs of a creation hold it, later ones only what was adopted", () => {
    expect(adoptionOf({}, { ...asked, adopt: adoptArgs })).toEqual({
      inputs: { adopt: adoptArgs, adoptedKeyId: "key_1", adoptedFingerprint: print },
      failures: [],
    });
    const later = { inputs: { adoptedKeyId: "key_1", adoptedFingerprint: print }, failures: [] };
    expect(adoptionOf(earlier, { ...asked, adopt: adoptArgs })).toEqual(later);
    expect(adoptionOf(earlier, asked)).toEqual(later);
    expect(adoptionOf({}, asked)).toEqual({ inputs: {}, failures: [] });
  });

  test("what is not known in a preview stays unknown", () => {
    expect(adoptionOf({}, { ...asked, adopt: UNKNOWN }).inputs).toEqual({
      adopt: UNKNOWN,
      adoptedKeyId: UNKNOWN,
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
  ])("%j on %j is refused", (change, olds, property) => {
    const { failures } = adoptionOf(olds, { ...asked, ...change });
    expect(failures.map((failure) => failure.property)).toEqual([property]);
  });
});

describe("a state whose key this process has seen adopted", () => {
  const state = { ...newInputs(), name: "by hand", keyId: "key_1", adoptedKeyId: "key_1" };

  test("is not revoked by the update that adopted it again, which says so", () => {
    const keys = new AdoptedKeys();
    expect(keys.isHeldElsewhere(state)).toBe(false);
    keys.take(state);
    expect(() => keys.isHeldElsewhere(state)).toThrow(
      'The key "by hand" (key_1) is not revoked, because the program has adopted it again in this update.',
    );
    expect(() => keys.refuseTwice("key_1", "n")).toThrow("another resource of this program has adopted it");
    keys.refuseTwice("key_2", "n");
  });

  test("is dropped without a word while another resource holds it, and not once that one has rotated", () => {
    const keys = new AdoptedKeys();
    keys.stay({ ...state, keyId: "key_9" });
    expect(keys.isHeldElsewhere(state)).toBe(false);
    keys.stay(state);
    expect(keys.isHeldElsewhere(state)).toBe(true);
  });
});
