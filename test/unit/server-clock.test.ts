import { ServerClock } from "../../provider/payengine/server-clock";

const MINUTE = 60_000;
const machine = new Date("2026-01-01T00:00:00.000Z");
const ahead = (milliseconds: number) => new Date(machine.getTime() + milliseconds);

test("without a Date in any response, this machine's clock is used", () => {
  const clock = new ServerClock(() => machine);
  expect(clock.isTold).toBe(false);
  expect([clock.now(), clock.agreed()]).toEqual([machine, machine]);
});

test.each([
  ["a minute ahead", MINUTE],
  ["a minute behind", -MINUTE],
])("this machine's clock is used if PayEngine's is up to %s", (_where, skew) => {
  const warnings: string[] = [];
  const clock = new ServerClock(
    () => machine,
    (it) => warnings.push(it),
  );
  // It goes on while this runs.
  clock.note(ahead(skew < 0 ? skew : skew - 5_000));
  expect(clock.agreed()).toEqual(machine);
  expect(warnings).toEqual([]);
});

test.each([
  ["ahead", 2 * MINUTE, "2 minutes behind"],
  ["behind", -2 * MINUTE, "2 minutes ahead of"],
])("PayEngine's clock is used if it is more than a minute %s, with a warning", (_, skew, said) => {
  const warnings: string[] = [];
  const clock = new ServerClock(
    () => machine,
    (it) => warnings.push(it),
  );
  clock.note(ahead(skew));
  expect(clock.agreed().getTime()).toBeGreaterThanOrEqual(ahead(skew).getTime());
  expect(clock.agreed().getTime()).toBeLessThan(ahead(skew + MINUTE).getTime());
  expect(warnings).toEqual([
    expect.stringContaining(`This machine's clock is ${said} PayEngine's: 2026-01-01T`),
  ]);
});

test("PayEngine's latest response counts", () => {
  const clock = new ServerClock(() => machine);
  clock.note(ahead(-9 * MINUTE));
  clock.note(ahead(0));
  expect(clock.agreed()).toEqual(machine);
  expect(clock.now().getTime()).toBeLessThan(ahead(MINUTE).getTime());
});
