import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import type { RotationArgs } from "../../sdk";
import { ApiKey } from "../../sdk";
import { withComparableTriggers } from "../../sdk/triggers";
import { settled } from "./settled";

class Version {
  constructor(readonly major: number) {}
}

let registered: Record<string, unknown>[] = [];

beforeEach(async () => {
  registered = [];
  await pulumi.runtime.setMocks({
    call: ({ inputs }) => inputs,
    newResource: ({ inputs, name }) => {
      registered.push(inputs);
      return { id: name, state: { ...inputs, token: "the-token" } };
    },
  });
});

const rotating = (triggers: unknown) => ({ triggers, overlap: "7d" }) as RotationArgs;
const make = (triggers: unknown) => new ApiKey("checkout", { type: "private", rotation: rotating(triggers) });
const resolved = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

test.each<[string, unknown, string]>([
  ["a Map", new Map([["a", 1]]), "a Map"],
  ["a Set", new Set([1]), "a Set"],
  ["a bigint", 1n, "a bigint"],
  ["a RegExp", /a/, "a RegExp"],
  ["a function", () => 1, "a function"],
  ["a symbol", Symbol("a"), "a symbol"],
  ["a Date", new Date(0), "a Date"],
  ["a Buffer", Buffer.from("a"), "a Buffer"],
  ["an instance of a class", new Version(1), "a Version"],
  ["not a number", Number.NaN, "NaN"],
  ["an infinite number", Number.POSITIVE_INFINITY, "Infinity"],
])("%s as a trigger is refused before anything is registered, at any depth", (_what, value, kind) => {
  for (const [triggers, path] of [
    [{ it: value }, ".it"],
    [{ list: [1, { deep: value }] }, ".list[1].deep"],
  ] as const) {
    expect(() => make(triggers)).toThrow(`ApiKey "checkout": rotation.triggers${path} is ${kind}. Pulumi`);
  }
  expect(registered).toEqual([]);
});

test("the error about a trigger says what to use instead and does not quote the value", () => {
  expect(() => make({ owners: new Set(["a secret"]) })).toThrow(
    new pulumi.RunError(
      'ApiKey "checkout": rotation.triggers.owners is a Set. Pulumi cannot detect its changes, so the key would never ' +
        "rotate. Use strings, numbers, booleans, or arrays and plain objects of them, for example a sorted array of its " +
        "values",
    ),
  );
});

test("a property that Pulumi drops is refused", () => {
  expect(() => make({ it: JSON.parse('{ "__proto__": 1 }') })).toThrow(
    new pulumi.RunError(
      'ApiKey "checkout": rotation.triggers.it has a property __proto__, which Pulumi drops; rename it',
    ),
  );
});

test("a trigger that becomes known later is refused at that time", async () => {
  const refusal = expect.objectContaining({
    message: expect.stringContaining("rotation.triggers.it is a Map"),
  });
  const late = pulumi.output(1).apply(() => rotating({ it: new Map() }));
  const asOutput = withComparableTriggers("checkout", late) as pulumi.Output<unknown>;
  expect(await settled(asOutput)).toEqual({ status: "rejected", reason: refusal });
  const asPromise = withComparableTriggers("checkout", Promise.resolve(rotating({ it: new Map() })));
  await expect(asPromise).rejects.toEqual(refusal);
});

test("any JSON trigger is registered unchanged, even if parts of it become known later", async () => {
  const json = fc
    .jsonValue({ maxDepth: 3 })
    .filter((value) => !JSON.stringify(value).includes('"__proto__":'));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), json), async (triggers) => {
      registered = [];
      const late = Object.fromEntries(
        Object.entries(triggers).map(([name, value], index) => [
          name,
          index % 2 ? value : pulumi.output(value),
        ]),
      );
      await resolved(make(late).urn);
      const [{ rotation }] = registered as [{ rotation: RotationArgs }];
      expect(rotation.triggers).toEqual(triggers);
    }),
    { numRuns: 30 },
  );
});
