import { DIRECTED } from "../chaos/directed";
import type { MechanismName } from "../chaos/mechanisms";
import { runAll } from "../chaos/pool";
import { prepare, removePrepared } from "../chaos/prepare";
import type { RunResult } from "../chaos/run-scenario";

const LIMIT_MS = 10 * 60_000;
/** `npm run chaos -- --directed` has three more, whose faults are those of "lost answers" and "final sweep". */
const FAULTS: readonly MechanismName[] = [
  "lost answers",
  "final sweep",
  "engine gone",
  "watchdog",
  "delete hold-back",
  "delete sweep",
  "rotation sweep",
  "proof before gone",
  "right place",
  "orphans command",
];

let results: RunResult[];

beforeAll(async () => {
  const prepared = await prepare();
  const jobs = FAULTS.map((name) => ({ prepared, scenario: { ...DIRECTED[name], name } }));
  results = await runAll(jobs, 2, () => {}).finally(() => removePrepared(prepared));
}, LIMIT_MS);

test.each(FAULTS)(
  'the fault that "%s" is there for strikes, and leaves no orphan, loses no secret, leaks nothing and never hangs',
  (fault) => {
    const result = results.find(({ name }) => name === fault);
    expect(result).toMatchObject({ violations: [] });
    expect(Object.values(result?.faults ?? {}).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  },
);
