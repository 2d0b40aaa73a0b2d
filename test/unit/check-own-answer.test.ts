import fc from "fast-check";
import { check } from "../../provider/api-key/check";
import type { Configuration } from "../../provider/api-key/context";
import { omit } from "../../provider/api-key/state";
import { DASHBOARD, DEFAULT_CONTRACT } from "../../provider/payengine/contract";

/*
 * Under `ignoreChanges` the engine passes earlier results of check as if they were the program's arguments: all of them
 * for "*", or some of them.
 */

type Inputs = Record<string, unknown>;

const configurationOf = (byHand: boolean, more: object): Configuration => ({
  kind: "ready",
  settings: {
    apiUrl: "https://console.payengine.co/api",
    credential: "c",
    accountId: undefined,
    formerApiUrl: undefined,
    requestTimeout: 30_000,
    maxRetries: 3,
    contract: byHand ? DASHBOARD : DEFAULT_CONTRACT,
    ...more,
  },
});
const token = (digit: string) => digit.repeat(108);
const digits = fc.stringMatching(/^[0-9a-f]{10}$/);
const from = { defaultNamePrefix: "p-s-r", __provider: "text" };
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const defined = (program: object): Inputs =>
  Object.fromEntries(Object.entries(program).filter(([, value]) => value !== undefined));

const rotation = fc.record(
  {
    period: fc.constantFrom("90d", "P30D"),
    triggers: fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.jsonValue()),
    overlap: fc.constantFrom("7d", "1h"),
  },
  { requiredKeys: ["triggers", "overlap"] },
);
const place = fc.record({
  apiUrl: fc.constantFrom("https://console.payengine.co/api", "https://console.payengine.dev/api"),
  accountId: fc.constantFrom(undefined, "acct_1"),
});
const namePrefix = optional(fc.constantFrom("mine", "é 🔑"));
const verify = optional(fc.constantFrom<unknown>(true, false, { timeout: "10s" }));

const made = fc.record({
  byHand: fc.constant(false),
  place,
  program: fc
    .record({
      type: fc.constantFrom("private", "public"),
      namePrefix,
      verify,
      rotation: optional(rotation),
      adopt: optional(fc.constant({ keyId: "key_1", token: token("a") })),
      digits,
    })
    .map((program) => ({ ...from, ...defined(program) })),
  next: fc.constant({}),
});
const byHand = fc.record({
  byHand: fc.constant(true),
  place,
  program: fc
    .record({
      type: fc.constant("private"),
      namePrefix,
      adopt: fc.constant({ token: token("a") }),
      rotation: fc.constant({ overlap: "7d" }),
      digits,
    })
    .map((program) => ({ ...from, ...defined(program) })),
  next: fc.constantFrom({}, { adopt: { token: token("b") } }),
});

const scenario = fc.oneof(made, byHand);
const moments = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"].map((text) => new Date(text));

function answers({
  byHand: isByHand,
  place: where,
  program,
  next,
}: typeof scenario extends fc.Arbitrary<infer T> ? T : never) {
  const configuration = configurationOf(isByHand, where);
  const at = (now: Date | undefined) => ({ configuration, env: {}, now: now ?? new Date(0) });
  const first = check({}, program, at(moments[0]));
  // For a key from the dashboard, this is the next value.
  const second = check(first.inputs, { ...program, ...next }, at(moments[0]));
  expect([...first.failures, ...second.failures]).toEqual([]);
  const again = (olds: object, news: object) => check(olds, news, at(moments[1]));
  return { again, kept: [first.inputs, second.inputs] };
}

test("check accepts its own result instead of the program's arguments, and keeps all of it except a value to adopt", () => {
  fc.assert(
    fc.property(scenario, (drawn) => {
      const { again, kept } = answers(drawn);
      for (const inputs of kept) {
        const repeated = again(inputs, inputs);
        expect(repeated).toEqual({ failures: [], inputs: omit(inputs as Inputs, "adopt") });
        expect(again(repeated.inputs, repeated.inputs)).toEqual(repeated);
      }
    }),
  );
});

test("check accepts any part of its own result together with the program's arguments", () => {
  fc.assert(
    fc.property(scenario, fc.infiniteStream(fc.boolean()), (drawn, isIgnored) => {
      const { again, kept } = answers(drawn);
      const program: Inputs = { ...drawn.program, ...drawn.next };
      const inputs = kept[1] as Inputs;
      const keys = Object.keys({ ...program, ...inputs }).filter(() => isIgnored.next().value);
      const news = defined({
        ...program,
        ...Object.fromEntries(keys.map((key) => [key, inputs[key]])),
      });
      expect(again(inputs, news).failures).toEqual([]);
    }),
  );
});

test("inputs that only check returns are still not valid arguments", () => {
  const { again, kept } = answers({
    ...{
      byHand: false,
      place: { apiUrl: "https://console.payengine.co/api", accountId: undefined },
      next: {},
    },
    program: { ...from, ...defined({ type: "private", digits: "0123456789" }) },
  });
  const [inputs = {}] = kept;
  const { failures } = again(inputs, { ...inputs, uniqueName: "another" });
  expect(failures.map(({ property }) => property)).toEqual(["uniqueName"]);
});
