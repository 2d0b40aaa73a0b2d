import { generate } from "./generate";
import { runAll } from "./pool";
import { type Prepared, prepare, removePrepared } from "./prepare";
import { describe as described, figuresOf } from "./report";

/** Seed and number of runs that are short and between them kill, interrupt, revoke, lag, drop and use two stacks. */
const RUNS = [
  [1, 5],
  [1, 6],
  [1, 10],
  [2, 11],
  [2, 12],
  [3, 6],
] as const;
const LIMIT_MS = 10 * 60_000;

let prepared: Prepared;

beforeAll(async () => {
  prepared = await prepare();
}, LIMIT_MS);

afterAll(() => removePrepared(prepared));

test(
  "random programs under random faults leave no orphan, lose no secret, leak nothing and never hang",
  async () => {
    const jobs = RUNS.map(([seed, index]) => ({ prepared, scenario: generate(seed, index) }));
    const figures = figuresOf(await runAll(jobs, 2, () => {}));
    if (figures.failing.length > 0) throw new Error(described(figures));
    expect(figures.runs).toBe(RUNS.length);
    expect(figures.faults).toBeGreaterThan(20);
  },
  LIMIT_MS,
);
