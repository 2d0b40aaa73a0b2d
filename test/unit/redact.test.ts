import fc from "fast-check";
import { redact } from "../../provider/payengine/redact";

const hexDigit = fc.constantFrom(..."0123456789abcdefABCDEF");
const value = fc.string({ unit: hexDigit, minLength: 12, maxLength: 120 });
const secret = fc.oneof(value, fc.string({ unit: "grapheme-ascii", minLength: 12, maxLength: 60 }));
const text = fc.string({ unit: "grapheme", maxLength: 200 });

test("no known secret remains anywhere", () => {
  fc.assert(
    fc.property(fc.array(secret, { maxLength: 3 }), fc.array(text, { maxLength: 4 }), (secrets, parts) => {
      const printed = redact(parts.flatMap((part) => [part, ...secrets]).join(""), secrets);
      for (const hidden of secrets.filter((each) => !"[redacted]".includes(each))) {
        expect(printed).not.toContain(hidden);
      }
    }),
  );
});

test("no run of twelve hex digits remains, whether or not it is a known secret", () => {
  fc.assert(
    fc.property(text, value, text, (before, unknownValue, after) => {
      expect(redact(before + unknownValue + after, [])).not.toMatch(/[0-9a-f]{12}/i);
    }),
  );
});

test("a redacted text is one line of at most 300 characters and an ellipsis, without control characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 1_000 }), (anything) => {
      const printed = redact(anything, []);
      expect(printed.length).toBeLessThanOrEqual(301);
      expect(printed).not.toMatch(/\p{Cc}/u);
    }),
  );
});

test("an ordinary message stays unchanged", () => {
  const message = "The name shop-prod-0123456789 is in use by account acct_1";
  expect(redact(message, [])).toBe(message);
});

test("secrets, runs of hex digits and line ends are replaced", () => {
  const echoed = `Basic hunter2hunter2\r\nfor ${"ab".repeat(51)}\t!`;
  expect(redact(echoed, ["hunter2hunter2", ""])).toBe("Basic [redacted] for [redacted] !");
});

test("a long message ends in an ellipsis", () => {
  expect(redact("x".repeat(301), [])).toBe(`${"x".repeat(300)}…`);
});
