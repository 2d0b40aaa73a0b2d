import { execFile, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { plantKey } from "../cli/planted-state";
import { useFixture } from "../e2e/harness/fixture";
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

const WORKFLOW = join(repository, "examples/ci/.github/workflows/payengine.yml");

/** The workflow's variables and the commands of its jobs, without the installation of packages. */
async function readWorkflow() {
  const text = await readFile(WORKFLOW, "utf8");
  const env = Object.fromEntries(
    [...text.matchAll(/^ {2}([A-Z_]+): ([^$\s]+)$/gm)].map(([, name, value]) => [name, value]),
  );
  const jobs = text.split(/^ {2}(?=\w+:$)/m).map((job) => ({
    name: job.slice(0, job.indexOf(":")),
    commands: [...job.matchAll(/^ {6}- run: (.*)$/gm)].map(([, command]) => command),
  }));
  const commandsOf = (name: string) =>
    jobs.find((job) => job.name === name)?.commands.filter((command) => command !== "npm ci") ?? [];
  return { env, commands: [...commandsOf("preview"), ...commandsOf("up"), ...commandsOf("audit")] };
}

test("the workflow's jobs succeed twice in sequence, in an account that another team also uses", async () => {
  const { fixture } = given;
  const { env, commands } = await readWorkflow();
  expect(commands).toHaveLength(4);
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
    stack: env.PULUMI_STACK,
    secrets: {},
    env: { PAYENGINE_API_KEY: fixture.credential, CI: "true" },
  });
  fixture.leftAlive.add((await plantKey(fixture, "billing-production-api-0123456789")).id);
  for (const command of [...commands, ...commands]) {
    const ended = await runProgram("bash", ["-ec", command], {
      cwd: project.folder,
      env: { ...project.env, ...env },
      limitMs: 120_000,
    });
    project.said.push(ended);
    expect({ ...ended, command }).toMatchObject({ command, exitCode: 0 });
  }
  expect(await project.keys()).toHaveLength(1);
});
