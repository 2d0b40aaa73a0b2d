import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { generate } from "./generate";
import { applyMechanismOff, MECHANISMS, type MechanismName } from "./mechanisms";
import { runAll } from "./pool";
import { type Prepared, prepare, removePrepared } from "./prepare";
import { describe as described, figuresOf } from "./report";

/**
 * Seed and number of two short runs. Together they cover kills of the CLI, the plugin and both, interruptions, dropped and
 * cut responses, rate limits, lag, revocations, lost roles and rotations. `npm run test:full` runs more.
 */
const RUNS = [
  [5, 27],
  [7, 23],
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
    expect(figures.faults).toBeGreaterThan(8);
  },
  LIMIT_MS,
);

test.each(Object.keys(MECHANISMS) as MechanismName[])(
  "%s can be taken out of what is built",
  async (name) => {
    // Next to the packages that the built modules load.
    const cache = join(__dirname, "../../node_modules/.cache");
    await mkdir(cache, { recursive: true });
    const folder = await mkdtemp(join(cache, "payengine-chaos-dist-"));
    try {
      await cp(join(__dirname, "../../dist"), folder, { recursive: true });
      await applyMechanismOff(name, folder);
      const whole = require(join(folder, `${MECHANISMS[name].module}.whole.js`));
      const without = require(join(folder, `${MECHANISMS[name].module}.js`));
      expect(Object.keys(without).sort()).toEqual(Object.keys(whole).sort());
      expect(without).not.toEqual(whole);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
