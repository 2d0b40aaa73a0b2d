import fc from "fast-check";
import {
  DIGITS,
  keyName,
  MAX_PREFIX_LENGTH,
  marksIn,
  mayHaveGiven,
  nextName,
  uniqueName,
} from "../../provider/api-key/names";
import { MAX_NAME_LENGTH } from "../../provider/payengine/calls";

const prefix = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
const digits = fc.string({
  unit: fc.constantFrom(..."0123456789abcdef"),
  minLength: DIGITS,
  maxLength: DIGITS,
});
const unique = fc.tuple(prefix, digits).map(([namePrefix, random]) => uniqueName(namePrefix, random));

const number = fc.integer({ min: 1, max: 1_000_000 });
const marks = fc.record({ generation: number, attempt: number });

test("a unique name is the prefix, a hyphen and ten digits", () => {
  expect(uniqueName("shop", "0123456789")).toBe("shop-0123456789");
});

test("the first attempt posts the unique name itself, and later ones add a number", () => {
  const first = [1, 2, 10].map((attempt) => keyName("n", { generation: 1, attempt }));
  expect(first).toEqual(["n", "n-r2", "n-r10"]);
  const third = [1, 2].map((attempt) => keyName("n", { generation: 3, attempt }));
  expect(third).toEqual(["n-g3", "n-g3-r2"]);
});

test("every attempt's name is a name of its resource", () => {
  fc.assert(
    fc.property(unique, marks, (name, its) => {
      expect(marksIn(name, keyName(name, its))).toEqual(its);
    }),
  );
});

test("only an attempt's name is a name of the resource", () => {
  const mark = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."-r0123456789g \n") }),
    fc.string({ unit: "grapheme" }),
    fc.integer().map((number) => `-r${number}`),
    fc.integer({ min: 0, max: 99 }).map((number) => `-r0${number}`),
    fc.integer({ min: 0, max: 99 }).map((number) => `-g${number}`),
  );
  fc.assert(
    fc.property(unique, mark, (name, tail) => {
      const its = marksIn(name, name + tail);
      if (its) expect(keyName(name, its)).toBe(name + tail);
      else expect(tail).not.toMatch(/^(-g([2-9]|[1-9]\d+))?(-r([2-9]|[1-9]\d+))?$/);
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  "n-r1",
  "n-r0",
  "n-r02",
  "n-r",
  "n-r2 ",
  "n-r2\n",
  "n-g1",
  "n-g02",
  "n-r2-g2",
  "n-g2-g3",
  "n-r2-r2",
  "N",
  "xn",
  "",
  "n-r-2",
  "n-r1e3",
])("%j is not a name of the resource n", (name) => {
  expect(marksIn("n", name)).toBeUndefined();
  expect(mayHaveGiven("n", "n", name)).toBe(false);
});

test("no name of one resource is a name of another", () => {
  fc.assert(
    fc.property(unique, unique, marks, (one, other, its) => {
      fc.pre(one !== other);
      expect(mayHaveGiven(one, undefined, keyName(other, its))).toBe(false);
    }),
  );
});

test.each([
  [undefined, ["n", "n-r3", "n-g2-r3"], ["n-r4", "n-g2-r4", "n-g3"]],
  ["n", ["n", "n-r4", "n-g2", "n-g2-r3"], ["n-r5", "n-g2-r4", "n-g3", "n-g9"]],
  ["n-r5", ["n-r8", "n-g2"], ["n-r9", "n-g3"]],
  ["n-g4-r2", ["n", "n-g2-r7", "n-g4-r5", "n-g5-r3"], ["n-g4-r6", "n-g5-r4", "n-g6"]],
  ["made by hand", ["n-g2", "n-g2-r3"], ["made by hand", "n-g3"]],
])("a resource that posted %j last can have used %j and not %j", (latest, given, others) => {
  expect([...given, ...others].filter((name) => mayHaveGiven("n", latest, name))).toEqual(given);
});

test("the longest prefix leaves room for the digits and the suffixes of a hundred attempts and generations", () => {
  const longest = uniqueName("x".repeat(MAX_PREFIX_LENGTH), "0123456789");
  expect(MAX_PREFIX_LENGTH).toBe(108);
  expect(keyName(longest, { generation: 999, attempt: 99 })).toHaveLength(MAX_NAME_LENGTH);
});

test.each([
  ["the first key", undefined, 1, "n"],
  ["another attempt", "n", 1, "n-r2"],
  ["the next generation", "n-r3", 2, "n-g2"],
  ["another attempt of it", "n-g2", 2, "n-g2-r2"],
  ["a key anew after a later generation was tried", "n-g3", 2, "n-g3-r2"],
  ["an adopted key's next generation", "made by hand", 2, "n-g2"],
])("%s: the name after %j in generation %i is %s", (_what, latest, generation, name) => {
  expect(nextName("n", latest, generation)).toBe(name);
});
