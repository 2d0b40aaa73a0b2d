import { readFileSync } from "node:fs";
import type axe from "axe-core";
import type { Page } from "playwright-core";
import { useBrowser } from "./fixture";
import { ManageKeys } from "./manage-keys";
import { addKeys, statesOf } from "./page-states";

const given = useBrowser();
/** Evaluated over the protocol of the developer tools: the page's policy allows no foreign script tag. */
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const VIEWS = {
  light: { colorScheme: "light", width: 1280 },
  dark: { colorScheme: "dark", width: 1280 },
  narrow: { colorScheme: "light", width: 360 },
} as const;

interface Checked {
  readonly passed: number;
  readonly violations: string[];
}

async function check(page: Page): Promise<Checked> {
  await page.evaluate(AXE);
  const results = await page.evaluate<axe.AxeResults>("axe.run()");
  const violations = results.violations.map(
    ({ id, impact, nodes }) =>
      `${impact}: ${id} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
  );
  return { passed: results.passes.length, violations };
}

test("axe finds nothing to correct in any state of the page: light, dark and narrow", async () => {
  const { page, address, sandbox, ...opened } = await given.open({ context: { reducedMotion: "reduce" } });
  const keys = new ManageKeys(page, address);
  await addKeys(sandbox, new Date());
  const counts: Record<string, Record<string, number>> = {};
  const found: Record<string, string[]> = {};
  for await (const state of statesOf({ ...opened, keys, signInCode: sandbox.signInCode ?? "" })) {
    for (const [view, { colorScheme, width }] of Object.entries(VIEWS)) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const { passed, violations } = await check(page);
      counts[state] = { ...counts[state], [view]: passed };
      if (violations.length > 0) found[`${state}, ${view}`] = violations;
    }
  }
  console.table(counts);
  expect(found).toEqual({});
});
