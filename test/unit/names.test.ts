import fc from "fast-check";
import { attemptName, DIGITS, isNameOf, MAX_PREFIX_LENGTH, uniqueName } from "../../provider/api-key/names";
import { MAX_NAME_LENGTH } from "../../provider/payengine-api";

const prefix = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
const digits = fc.string({
  unit: fc.constantFrom(..."0123456789abcdef"),
  minLength: DIGITS,
  maxLength: DIGITS,
});
const unique = fc.tuple(prefix, digits).map(([namePrefix, random]) => uniqueName(namePrefix, random));

test("a unique name is the prefix, a hyphen and ten digits", () => {
  expect(uniqueName("shop", "0123456789")).toBe("shop-0123456789");
});

test("the first attempt posts the unique name itself, later ones number it", () => {
  expect([1, 2, 10].map((attempt) => attemptName("n", attempt))).toEqual(["n", "n-r2", "n-r10"]);
});

test("every attempt's name is a name of its resource", () => {
  fc.assert(
    fc.property(unique, fc.integer({ min: 1, max: 1_000_000 }), (name, attempt) => {
      expect(isNameOf(name, attemptName(name, attempt))).toBe(true);
    }),
  );
});

test("nothing but an attempt's name is a name of the resource", () => {
  const mark = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."-r0123456789g \n") }),
    fc.string({ unit: "grapheme" }),
    fc.integer().map((number) => `-r${number}`),
    fc.integer({ min: 0, max: 99 }).map((number) => `-r0${number}`),
  );
  fc.assert(
    fc.property(unique, mark, (name, tail) => {
      const attempt = Number(/^-r(\d+)$/.exec(tail)?.[1]);
      const isAttempt = tail === "" || (attempt > 1 && attemptName(name, attempt) === name + tail);
      expect(isNameOf(name, name + tail)).toBe(isAttempt);
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
  "n-g2",
  "n-r2-r2",
  "N",
  "xn",
  "",
  "n-r-2",
  "n-r1e3",
])("%j is no name of n", (name) => {
  expect(isNameOf("n", name)).toBe(false);
});

test("a resource's names are none of another's", () => {
  fc.assert(
    fc.property(unique, unique, fc.integer({ min: 1, max: 99 }), (one, other, attempt) => {
      fc.pre(one !== other);
      expect(isNameOf(one, attemptName(other, attempt))).toBe(false);
    }),
  );
});

test("the longest prefix leaves room for the digits and the marks of a hundred attempts and generations", () => {
  const longest = uniqueName("x".repeat(MAX_PREFIX_LENGTH), "0123456789");
  expect(MAX_PREFIX_LENGTH).toBe(108);
  expect(attemptName(longest, 999)).toHaveLength(124);
  expect(`${longest}-g999-r99`).toHaveLength(MAX_NAME_LENGTH);
});
