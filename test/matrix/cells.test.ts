import { execFileSync } from "node:child_process";
import { join } from "node:path";

type Cell = Record<"manager" | "layout" | "sdk" | "cli", string> & { node: number };

const main = join(__dirname, "main.mjs");
const cells: Cell[] = JSON.parse(execFileSync(process.execPath, [main, "--list"], { encoding: "utf8" }));

/** The pairs of values that the cells have of two columns. */
function pairs(one: keyof Cell, other: keyof Cell): Set<string> {
  return new Set(cells.map((cell) => `${cell[one]} + ${cell[other]}`));
}

it("the matrix has every pair of package manager, layout, Node, SDK and CLI", () => {
  const values = {
    manager: ["npm", "pnpm", "yarn"],
    layout: ["single project", "workspace"],
    node: [20, 22, 24, 26],
    sdk: ["oldest", "newest"],
    cli: ["oldest", "newest"],
  };
  const columns = Object.keys(values) as (keyof Cell)[];
  for (const [index, one] of columns.entries())
    for (const other of columns.slice(index + 1)) {
      const all = values[one].flatMap((left) => values[other].map((right) => `${left} + ${right}`));
      expect([...pairs(one, other)]).toEqual(expect.arrayContaining(all));
    }
});

it("each package manager meets each layout with both SDKs", () => {
  const met = new Set(cells.map(({ manager, layout, sdk }) => `${manager}, ${layout}, ${sdk}`));
  expect([...met].filter((it) => !it.includes("hoisted"))).toHaveLength(3 * 2 * 2);
});
