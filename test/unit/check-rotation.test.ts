import fc from "fast-check";
import { check } from "../../provider/api-key/check";
import { type Configuration, UNKNOWN } from "../../provider/api-key/context";
import { DEFAULT_CONTRACT } from "../../provider/payengine/contract";

const DAY = 86_400_000;
const configuration: Configuration = {
  kind: "ready",
  settings: {
    apiUrl: "https://console.payengine.co/api",
    credential: "c",
    accountId: undefined,
    formerApiUrl: undefined,
    requestTimeout: 30_000,
    maxRetries: 3,
    contract: DEFAULT_CONTRACT,
  },
};
const base = { type: "private", defaultNamePrefix: "p-s-r", digits: "0123456789" };
const start = new Date("2026-01-01T00:00:00.000Z");
const after = (days: number) => new Date(start.getTime() + days * DAY);
const at = (now: Date, olds: object, more: object) =>
  check(olds, { ...base, ...more }, { configuration, env: {}, now });
const monthly = { rotation: { period: "30d", overlap: "7d" } };
const reasons = (rotation: unknown, more: object = {}) =>
  at(start, {}, { rotation, ...more }).failures.map(({ property, reason }) => `${property} ${reason}`);

describe("rotateAt", () => {
  test("is one period from now for a key that starts to rotate", () => {
    const { inputs, failures } = at(start, {}, monthly);
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ ...monthly, rotateAt: "2026-01-31T00:00:00.000Z" });
    const { inputs: olds } = at(start, {}, {});
    expect(at(after(3), olds, monthly).inputs.rotateAt).toBe(after(33).toISOString());
  });

  test("stays until it has passed, then moves on by whole periods, even if the update is late", () => {
    const { inputs: olds } = at(start, {}, monthly);
    const next = (days: number) => at(after(days), olds, monthly).inputs.rotateAt;
    expect([0, 29, 29.99].map(next)).toEqual(Array(3).fill(after(30).toISOString()));
    expect([30, 31, 59.99].map(next)).toEqual(Array(3).fill(after(60).toISOString()));
    expect(next(100)).toBe(after(120).toISOString());
  });

  test("is the same in a preview as in the update, and unknown without an earlier one", () => {
    const { inputs: olds } = at(start, {}, monthly);
    const preview = { ...monthly, digits: UNKNOWN };
    expect(at(after(31), olds, preview).inputs.rotateAt).toBe(after(60).toISOString());
    expect(at(start, {}, preview).inputs.rotateAt).toBe(UNKNOWN);
  });

  test("counts from the beginning of the current period when the period changes", () => {
    const { inputs: olds } = at(start, {}, monthly);
    const change = (period: string, days: number) =>
      at(after(days), olds, { rotation: { period, overlap: "1d" } }).inputs.rotateAt;
    expect(change("10d", 5)).toBe(after(10).toISOString());
    expect(change("10d", 15)).toBe(after(20).toISOString());
    expect(change("90d", 15)).toBe(after(90).toISOString());
  });

  test("is absent without a period, and unknown while the period is unknown", () => {
    expect(at(start, {}, { rotation: { triggers: { leak: 1 }, overlap: "7d" } }).inputs).not.toHaveProperty(
      "rotateAt",
    );
    const { inputs: olds } = at(start, {}, monthly);
    expect(at(start, olds, {}).inputs).not.toHaveProperty("rotateAt");
    expect(at(start, olds, {}).inputs).not.toHaveProperty("rotation");
    expect(at(start, olds, { rotation: { period: UNKNOWN, overlap: "7d" } }).inputs.rotateAt).toBe(UNKNOWN);
    expect(at(start, olds, { rotation: UNKNOWN }).inputs).toMatchObject({ rotation: UNKNOWN });
  });

  test("is always in the future, at most one period away and on the grid of periods", () => {
    const days = fc.integer({ min: 1, max: 2_000 });
    fc.assert(
      fc.property(days, days, days, (first, second, late) => {
        const rotating = (period: number) => ({ rotation: { period: `${period}d`, overlap: "0s" } });
        const { inputs: olds } = at(start, {}, rotating(first));
        const now = after(late);
        const next = Date.parse(at(now, olds, rotating(second)).inputs.rotateAt ?? "");
        expect((next - start.getTime()) % (second * DAY)).toBe(0);
        expect(next).toBeGreaterThan(now.getTime());
        const isFirst = next === start.getTime() + second * DAY;
        expect(isFirst || next - now.getTime() <= second * DAY).toBe(true);
      }),
    );
  });
});

test.each([
  { period: "90d", overlap: "7d" },
  { period: "12h", overlap: "0s" },
  { period: "P90D", overlap: "PT12H" },
  { period: "P1W", overlap: "P6DT23H59M59S" },
  { triggers: {}, overlap: "365d" },
  { triggers: { leak: "2026-11", nested: { a: [1] } }, overlap: "0s" },
  { period: UNKNOWN, triggers: { image: UNKNOWN }, overlap: UNKNOWN },
])("check accepts the rotation %j as it is written", (rotation) => {
  expect(at(start, {}, { rotation })).toMatchObject({ failures: [], inputs: { rotation } });
});

const MISSING =
  'rotation.overlap is missing; set how long the old key keeps working, such as "7d", or "0s" to revoke it at once';
const NO_DURATION = 'is not a duration; write it like "90d", "12h" or "P90D"';

test.each([
  [{ period: "90d" }, [MISSING]],
  [{ overlap: "7d" }, ["rotation has neither period nor triggers, so the key would never rotate; set one"]],
  [{ period: "soon", overlap: 7 }, [`rotation.period ${NO_DURATION}`, `rotation.overlap ${NO_DURATION}`]],
  [{ period: "P1M", overlap: "0s" }, [`rotation.period ${NO_DURATION}`]],
  [{ period: "P", overlap: "PT" }, [`rotation.period ${NO_DURATION}`, `rotation.overlap ${NO_DURATION}`]],
  [{ period: "-90d", overlap: "0s" }, [`rotation.period ${NO_DURATION}`]],
  [{ period: "59m", overlap: "0s" }, ["rotation.period must be 1h or longer"]],
  [
    { period: "9999w", overlap: "4000d" },
    ["rotation.period must be 3650d or shorter", "rotation.overlap must be 3650d or shorter"],
  ],
  [
    { period: "7d", overlap: "P7D" },
    ["rotation.overlap is not shorter than the period, so two keys would always work; set a shorter overlap"],
  ],
  [
    { every: "7d", overlap: "1d", triggers: {} },
    ["rotation.every is not an argument of rotation; it takes period, triggers and overlap"],
  ],
  [{ triggers: "leak", overlap: "1d" }, ["rotation.triggers is a string; write { name: value }"]],
  ["90d", ['rotation is a string; write { period: "90d", overlap: "7d" }']],
  [null, ['rotation is null; write { period: "90d", overlap: "7d" }']],
])("check refuses the rotation %j", (rotation, expected) => {
  expect(reasons(rotation)).toEqual(expected);
});

test('check refuses overlap "0s" on a protected key', () => {
  expect(reasons({ triggers: {}, overlap: "PT0S" }, { protect: true })).toEqual([
    'rotation.overlap is "0s", which replaces the key, and the option protect forbids that; set an overlap such as ' +
      '"7d", or remove protect',
  ]);
  expect(reasons({ triggers: {}, overlap: "1s" }, { protect: true })).toEqual([]);
  expect(reasons({ triggers: {}, overlap: "0s" }, { protect: false })).toEqual([]);
});
