import { execFile, spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import { plantKey } from "../cli/planted-state";
import { useFixture } from "../e2e/harness/fixture";
import { later } from "../e2e/harness/later";
import type { Project } from "../e2e/harness/project";
import { runProgram } from "../e2e/harness/run-program";

const run = promisify(execFile);
const repository = join(__dirname, "../..");
/** The linter is built from the Go module that test/examples/actionlint pins, so it needs Go. */
const testWithGo = spawnSync("go", ["version"]).status === 0 ? test : test.skip;

testWithGo.each([
  "examples/ci/.github/workflows/payengine.yml",
  ".github/workflows/ci.yml",
  ".github/workflows/release.yml",
])(
  "%s passes a linter for workflow files",
  async (file) => {
    const actionlint = "github.com/rhysd/actionlint/cmd/actionlint";
    const args = ["run", "-mod=readonly", actionlint, "-no-color", join(repository, file)];
    const { stdout } = await run("go", args, {
      cwd: join(repository, "test/examples/actionlint"),
      timeout: 300_000,
    });
    expect(stdout).toBe("");
  },
  300_000,
);

const given = useFixture();
const DAY = 86_400_000;

const WORKFLOW = join(repository, "examples/ci/.github/workflows/payengine.yml");

/** A step that runs a command. */
interface Step {
  readonly job: string;
  readonly id: string | undefined;
  readonly condition: string;
  readonly command: string;
}

/** The workflow's variables and the steps of its jobs, without the installation of packages. */
async function readWorkflow() {
  const text = await readFile(WORKFLOW, "utf8");
  const env = Object.fromEntries(
    [...text.matchAll(/^ {2}([A-Z_]+): ([^$\s]+)$/gm)].map(([, name, value]) => [name, value]),
  );
  const steps = text.split(/^ {2}(?=\w+:$)/m).flatMap((job) => {
    const [head = "", ...parts] = job.split(/^ {6}- /m);
    const [, name = ""] = /^(\w+):/.exec(head) ?? [];
    const [, jobCondition = "true"] = /^ {4}if: (.*)$/m.exec(head) ?? [];
    return parts.flatMap((part): Step[] => {
      const read = (key: string) => new RegExp(`^ *${key}: (.*)$`, "m").exec(part)?.[1];
      const command = read("run");
      if (command === undefined || command === "npm ci") return [];
      return [
        {
          job: name,
          id: read("id"),
          condition: `(${jobCondition}) && (${read("if") ?? "true"})`,
          command,
        },
      ];
    });
  });
  return { env, steps };
}

/** Runs the steps of the workflow for an event as a runner does, and returns the commands that ran. */
async function runWorkflow(project: Project, event: string, changed: Readonly<Record<string, string>> = {}) {
  const { env, steps } = await readWorkflow();
  const output = join(project.folder, "github-output");
  await writeFile(output, "");
  const ran: string[] = [];
  for (const { command, condition } of steps) {
    const isDue = (await readFile(output, "utf8")) === "now=true\n";
    // What is left of these expressions is JavaScript.
    const expression = condition
      .replaceAll("github.event_name", `"${event}"`)
      .replaceAll("steps.due.outputs.now", `"${isDue}"`);
    if (!runInNewContext(expression)) continue;
    const ended = await runProgram("bash", ["-ec", command], {
      cwd: project.folder,
      env: { ...project.env, ...env, ...changed, GITHUB_OUTPUT: output },
      limitMs: 120_000,
    });
    project.said.push(ended);
    ran.push(command.split(" --")[0] ?? "");
    if (ended.exitCode !== 0) return { ran, exitCode: ended.exitCode, stderr: ended.stderr };
  }
  return { ran, exitCode: 0 };
}

const UP = ["npx pulumi-payengine orphans", "pulumi up"];
const [DUE, AUDIT] = ["npx pulumi-payengine due", "npx pulumi-payengine audit"];

test("the workflow runs up on main, and at night only if a key is due, in an account that another team also uses", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private", rotation: { period: "30d", overlap: "7d" } });`,
    stack: "production",
    secrets: {},
    env: { PAYENGINE_API_KEY: fixture.credential, CI: "true" },
  });
  fixture.leftAlive.add((await plantKey(fixture, "billing-production-api-0123456789")).id);
  const run = (event: string) => runWorkflow(project, event);
  expect(await run("pull_request")).toEqual({ exitCode: 0, ran: ["pulumi preview"] });
  expect(await run("push")).toEqual({ exitCode: 0, ran: UP });
  const quiet = { exitCode: 0, ran: [DUE, UP[0], AUDIT] };
  expect(await run("schedule")).toEqual(quiet);

  const night = () => later(project, () => run("schedule"), 31 * DAY);
  expect(await night()).toEqual({ exitCode: 0, ran: [DUE, ...UP, AUDIT] });
  expect((await project.key("checkout")).name).toMatch(/-g2$/);
  expect(await night()).toEqual(quiet);
  expect(await runWorkflow(project, "schedule", { PULUMI_STACK: "missing" })).toEqual({
    exitCode: 1,
    ran: [DUE],
    stderr: expect.stringContaining("no stack named 'missing' found"),
  });
});
