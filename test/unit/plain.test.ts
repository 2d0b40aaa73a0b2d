import fc from "fast-check";
import { UNKNOWN } from "../../provider/api-key/context";
import { plainEarlier, plainInputs, plainProgram, plainState, schemas } from "../../provider/api-key/plain";

const { ApiKeyInputs, ApiKeyState, Earlier, Program } = schemas();

/** Valid and invalid values of a field. */
const anything = fc.oneof(
  fc.constantFrom(
    UNKNOWN,
    "public",
    "private",
    "create",
    "reconcile",
    "0123456789",
    "a.b-c_d",
    " a",
    "",
    "P90D",
  ),
  fc.constantFrom(true, false, null, 1, Number.NaN, undefined, []),
  fc.string(),
  fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 2 }),
  fc.dictionary(
    fc.constantFrom("timeout", "period", "triggers", "overlap", "keyId", "token", "other"),
    fc.oneof(
      fc.constantFrom("5s", "1h", "90d", UNKNOWN),
      fc.string(),
      fc.integer(),
      fc.object({ maxDepth: 1 }),
    ),
  ),
);

const whole = {
  ...{ type: "private", namePrefix: "shop", uniqueName: "shop-0123456789", name: "shop-0123456789" },
  ...{ defaultNamePrefix: "shop-dev-key", digits: "0123456789" },
};

const forms = [
  ["the inputs of a key", plainInputs, ApiKeyInputs],
  ["the state of a key", plainState, ApiKeyState],
  ["earlier inputs", plainEarlier, Earlier],
  ["the arguments of a program", plainProgram, Program],
] as const;

test.each(forms)(
  "%s that pass the plain checks parse to the same result with the schema",
  (_what, plain, schema) => {
    const names = [...Object.keys(schema.shape), "other"];
    const required = Object.entries(whole).filter(([name]) => name in schema.shape);
    const properties = fc
      .dictionary(fc.constantFrom(...names), anything, { maxKeys: 4 })
      .map((some) => ({ ...Object.fromEntries(required), ...some }));
    let passed = 0;
    fc.assert(
      fc.property(properties, (given) => {
        const looked = plain(given);
        if (looked === undefined) return;
        passed++;
        // As the engine stores it: nothing undefined.
        expect(schema.safeParse(given)).toEqual({ success: true, data: looked });
      }),
      { numRuns: 3_000 },
    );
    expect(passed).toBeGreaterThan(100);
  },
);

test.each(forms)("each field of %s has its own check", (_what, plain, schema) => {
  const required = Object.entries(whole).filter(([name]) => name in schema.shape);
  for (const name of Object.keys(schema.shape))
    expect([name, plain({ ...Object.fromEntries(required), [name]: Symbol("wrong") })]).toEqual([
      name,
      undefined,
    ]);
});
