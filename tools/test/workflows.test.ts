import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const FOLDER = join(__dirname, "../../.github/workflows");

interface Job {
  readonly "runs-on": string;
  readonly "continue-on-error"?: string;
  readonly strategy?: { readonly matrix: Record<string, readonly string[]> };
  readonly permissions?: Record<string, string>;
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
}

const workflows = readdirSync(FOLDER).map((name) => {
  const workflow = parse(readFileSync(join(FOLDER, name), "utf8"));
  return { name, permissions: workflow.permissions, jobs: Object.entries<Job>(workflow.jobs) };
});

/** As a workflow writes it. */
const expression = (text: string) => `\${{ ${text} }}`;

it.each(workflows)("$name may only read the repository, except to publish", ({ permissions, jobs }) => {
  expect(permissions).toEqual({ contents: "read" });
  const others = jobs.filter(([name]) => !["publish", "plugin"].includes(name));
  expect(others.filter(([, job]) => job.permissions !== undefined)).toEqual([]);
});

it.each(workflows)("$name names each action by a commit, which cannot be moved", ({ jobs }) => {
  const actions = jobs.flatMap(([, { steps }]) => steps.flatMap(({ uses }) => uses ?? []));
  expect(actions.length).toBeGreaterThan(0);
  expect(actions.filter((uses) => !/^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/.test(uses))).toEqual([]);
});

it("ci.yml runs the core of the tests on three systems with two Nodes, and only Linux has to pass", () => {
  const jobs = new Map(workflows.find(({ name }) => name === "ci.yml")?.jobs);
  const job = jobs.get("test");
  expect(job).toMatchObject({
    "runs-on": expression("matrix.os"),
    "continue-on-error": expression("matrix.os != 'ubuntu-latest'"),
    strategy: {
      matrix: { os: ["ubuntu-latest", "macos-latest", "windows-latest"], node: ["20.18.1", "latest"] },
    },
  });
  // No `npm ci`: the tests install what is missing.
  expect(job?.steps.flatMap(({ run }) => run ?? [])).toEqual(["node tools/test.mjs"]);
  expect(readFileSync(join(__dirname, "../../package.json"), "utf8")).toContain(
    '"test": "exec node tools/test.mjs"',
  );
});
