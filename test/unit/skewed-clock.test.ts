import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jumpingClock, skewedClock } from "../e2e/harness/skewed-clock";

const YEAR_MS = 365 * 86_400_000;

/** What the program prints, in a process with a wrong clock. */
function printed(program: string, env: Record<string, string>): number[] {
  const out = execFileSync(process.execPath, ["-e", program], { env, encoding: "utf8" });
  return JSON.parse(out);
}

const YEARS = `
  const child = require("node:child_process").execFileSync(process.execPath, ["-p", "new Date().getFullYear()"]);
  console.log(JSON.stringify([new Date().getFullYear(), new Date(Date.now()).getFullYear(), Number(child)]));`;

test("every way to read the time returns the skewed one, in child processes too", () => {
  const year = new Date(Date.now() + YEAR_MS).getFullYear();
  expect(printed(YEARS, skewedClock(YEAR_MS))).toEqual([year, year, year]);
});

test("an explicit date stays unchanged", () => {
  const program = `
    const date = new Date(0);
    class Own extends Date {}
    console.log(JSON.stringify([date.getTime(), Date.parse("1970-01-01T00:00:01Z"), Number(date instanceof Date),
      Number(new Own(5).getTime())]));`;
  expect(printed(program, skewedClock(-YEAR_MS))).toEqual([0, 1_000, 1, 5]);
});

test("the clock jumps when the file changes, and the monotonic one does not", () => {
  const folder = mkdtempSync(join(tmpdir(), "payengine-clock-"));
  try {
    const file = join(folder, "ahead");
    writeFileSync(file, "0");
    const program = `
      const before = [Date.now(), performance.now()];
      require("node:fs").writeFileSync(process.env.SKEWED_CLOCK_FILE, "${YEAR_MS}");
      const [date, uptime] = [Date.now() - before[0], performance.now() - before[1]];
      console.log(JSON.stringify([Number(date >= ${YEAR_MS}), Number(uptime < ${YEAR_MS})]));`;
    expect(printed(program, jumpingClock(file))).toEqual([1, 1]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
