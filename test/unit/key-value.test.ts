import { isWholeValue, matchesRedacted } from "../../provider/payengine/key-value";

const PRIVATE = "3f9a04be".repeat(13);

test.each<[string, string, string | undefined, boolean]>([
  ["a private value", PRIVATE, "3f9a…04be", true],
  ["a private value of which nothing is shown", PRIVATE, undefined, true],
  ["twenty characters", "x1".repeat(10), undefined, true],
  ["nineteen characters", `${"x1".repeat(9)}x`, undefined, false],
  ["no text", "", undefined, false],
  ["stars and the end", "****************04be", undefined, false],
  ["a start and stars", `3f9a${"*".repeat(104)}`, undefined, false],
  ["start and end with dots", `${PRIVATE}...${PRIVATE}`, undefined, false],
  ["start and end with two dots", `${PRIVATE}..${PRIVATE}`, undefined, false],
  ["start and end with an ellipsis", `${PRIVATE}…${PRIVATE}`, undefined, false],
  ["bullets", `${PRIVATE}••••`, undefined, false],
  ["crossed out", `3f9a${"X".repeat(100)}c21d`, undefined, false],
  ["crossed out in small letters", `3f9a${"x".repeat(100)}c21d`, undefined, false],
  [
    "what the answer calls the redacted form",
    "3f9a04be-hidden-hidden-3f9a04be",
    "3f9a04be-hidden-hidden-3f9a04be",
    false,
  ],
  ["one dot, as in a token", `${PRIVATE}.${PRIVATE}`, undefined, true],
  ["a line end", `${PRIVATE}\n`, undefined, false],
  ["a blank", `${PRIVATE} ${PRIVATE}`, undefined, false],
])("%s as a private key's value (%j, redacted %j) is complete: %j", (_what, value, redacted, isWhole) => {
  expect(isWholeValue(value, "private", redacted)).toBe(isWhole);
});

test.each<[string, string, boolean]>([
  ["a public value", "pk_test_0123456789abcdefghijklmnopqrstuv", true],
  ["eight characters", "pk_test1", true],
  ["seven characters", "pk_test", false],
  ["a masked value", "pk_test_0123****", false],
  ["a value with an ellipsis", "pk_test_0123…cdef", false],
  ["a value with dots", "pk_test_0123...cdef", false],
])("%s as a public key's value (%j) is complete: %j", (_what, value, isWhole) => {
  expect(isWholeValue(value, "public", undefined)).toBe(isWhole);
  // A public value may equal its redacted one.
  expect(isWholeValue(value, "public", value)).toBe(isWhole);
});

test("a missing value is not complete", () => {
  expect(isWholeValue(undefined, "private", undefined)).toBe(false);
  expect(isWholeValue(undefined, "public", undefined)).toBe(false);
});

test.each([
  ["3f9a…c21d", `3f9a${"0".repeat(94)}c21d`, true],
  ["3f9a…c21d", `3f9b${"0".repeat(94)}c21d`, false],
  ["3f9a...c21d", "3f9a-c21d", true],
  ["****c21d", "abcdc21d", true],
  ["****c21d", "abcdc21e", false],
  ["3f9ac21d", "3f9ac21d", true],
  ["3f9a…c21d", "3f9ac2", false],
  ["…", "anything", undefined],
  ["•••1d", "anything1d", undefined],
])("the redacted value %j compared with %j proves %j", (redacted, token, proven) => {
  expect(matchesRedacted(token, redacted)).toBe(proven);
});
