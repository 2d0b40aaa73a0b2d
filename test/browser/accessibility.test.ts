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
  /** How many of axe's rules the page follows. */
  readonly passed: number;
  /** What a person would have to judge. */
  readonly undecided: string[];
  readonly violations: string[];
}

async function check(page: Page): Promise<Checked> {
  await page.evaluate(AXE);
  const { passes, incomplete, violations } = await page.evaluate<axe.AxeResults>("axe.run()");
  return { passed: passes.length, undecided: incomplete.map(said), violations: violations.map(said) };
}

function said({ id, impact, nodes }: axe.Result): string {
  return `${impact}: ${id} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`;
}

test("axe finds nothing to correct in any state of the page: light, dark and narrow", async () => {
  const { page, address, sandbox, ...opened } = await given.open({ context: { reducedMotion: "reduce" } });
  const keys = new ManageKeys(page, address);
  await addKeys(sandbox, new Date());
  const checked = new Map<string, Checked>();
  for await (const state of statesOf({ ...opened, keys, signInCode: sandbox.signInCode })) {
    for (const [view, { colorScheme, width }] of Object.entries(VIEWS)) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      checked.set(`${state}, ${view}`, await check(page));
    }
  }
  const results = [...checked.values()];
  const passed = results.reduce((sum, { passed }) => sum + passed, 0);
  const found = [...checked].flatMap(([where, { undecided, violations }]) =>
    [...violations, ...undecided].map((it) => `${where}: ${it}`),
  );
  console.info(
    `axe: ${checked.size} views, ${passed} rules passed, ${found.length} violations or open questions`,
  );
  expect(found).toEqual([]);
});
