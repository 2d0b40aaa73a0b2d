import * as pulumi from "@pulumi/pulumi";
import { ApiKey } from "../../sdk";

beforeAll(() =>
  pulumi.runtime.setMocks({
    call: ({ inputs }) => inputs,
    newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs }),
  }),
);
beforeEach(() => {
  Error.stackTraceLimit = 10;
  delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
});

/** The number of stack lines of an error that is created while a key is constructed. */
function linesInside(): number {
  let lines = -1;
  const look = () => {
    lines = (new Error("only to look").stack ?? "").split("\n    at ").length - 1;
    return undefined;
  };
  new ApiKey("checkout", { type: "private" }, { transformations: [look] });
  return lines;
}

test("stack traces have one line while Pulumi constructs a key", () => {
  expect(linesInside()).toBe(1);
  expect(Error.stackTraceLimit).toBe(10);
});

test("stack traces stay off in a program that turns them off", () => {
  Error.stackTraceLimit = 0;
  expect(linesInside()).toBe(0);
  expect(Error.stackTraceLimit).toBe(0);
});

test("stack traces are complete with PULUMI_DEBUG_PROMISE_LEAKS", () => {
  process.env.PULUMI_DEBUG_PROMISE_LEAKS = "1";
  expect(linesInside()).toBe(10);
});

test.each<[string, () => unknown, RegExp]>([
  [
    "from Pulumi, about an empty name",
    () => new ApiKey("", { type: "private" }),
    /^Error: Missing resource name/,
  ],
  [
    "from the program's own transformation",
    () => new ApiKey("checkout", { type: "private" }, { transformations: [failing] }),
    /^Error: not in production\n {4}at failing /,
  ],
])("an error %s shows where the program constructs the key", (_whose, make, first) => {
  let error: Error | undefined;
  try {
    make();
  } catch (thrown) {
    error = thrown as Error;
  }
  expect(error?.stack).toMatch(first);
  expect(error?.stack).toMatch(/\n {4}at new \S+ \(.*api-key.*\n {4}at .*short-stacks\.test/);
  expect(Error.stackTraceLimit).toBe(10);
});

function failing(): never {
  throw new Error("not in production");
}
