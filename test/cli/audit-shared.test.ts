import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { auditKeys, openAllStacks } from "../../recovery";
import { useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { linesOf, payengine } from "./command";
import { projectWithKey } from "./one-key-project";
import { changeFile, plantKey, provider, root, storedKey } from "./planted-state";

const given = useFixture();

const AUDIT = ["audit", "--min-age", "0s"];

/** Another team's key: named like ours, in a state that is not given. */
async function plantOther(name: string): Promise<void> {
  given.fixture.leftAlive.add((await plantKey(given.fixture, name)).id);
}

test("with --name-prefix, another team's keys are reported but do not fail the audit, while a key of yours does", async () => {
  const { project } = await projectWithKey(given.fixture);
  await plantOther("billing-prod-api-0123456789");
  const mine = ["--name-prefix", "shop-dev-", "--name-prefix", "shop-prod-"];
  expect((await payengine(project, AUDIT)).exitCode).toBe(2);
  const { exitCode, stdout } = await payengine(project, [...AUDIT, ...mine]);
  expect([exitCode, linesOf(stdout)]).toEqual([
    0,
    ["Account at <address>/api: 3 live keys, 1 foreign", "Keys of dev: 1 managed, 1 other"],
  ]);
  const all = await payengine(project, [...AUDIT, ...mine, "--all"]);
  expect([all.exitCode, linesOf(all.stdout).slice(1, 3)]).toEqual([
    0,
    [
      "other  nothing: its name has none of your prefixes  -  -  billing-prod-api-<digits>  <id>  <host>  <time>  never",
      "managed  nothing  dev  web  shop-dev-web-<digits>  <id>  <host>  <time>  never",
    ],
  ]);

  await plantOther("shop-prod-web-0123456789");
  const { exitCode: again, stdout: said } = await payengine(project, [...AUDIT, ...mine]);
  expect([again, linesOf(said).at(-1)]).toEqual([2, "Keys of dev: 1 managed, 1 other, 1 unmatched"]);
});

/** Creates a stack of another project in the same backend, with one key. */
async function plantOtherProject(project: Project, credential: string): Promise<void> {
  const { fixture } = given;
  const folder = join(project.folder, "billing");
  await mkdir(folder);
  await writeFile(join(folder, "Pulumi.yaml"), "name: billing\nruntime: nodejs\n");
  await project.ok("stack", "init", "prod", "--cwd", folder);
  await project.ok("stack", "init", "empty", "--no-select");
  const at = provider("prod", "default", {
    "payengine:apiUrl": fixture.sandbox.url,
    "payengine:apiKey": credential,
  });
  const made = await plantKey(fixture, "billing-prod-api-0123456789");
  fixture.leftAlive.add(made.id);
  fixture.inTheClear.add(credential);
  const key = storedKey(at, "api", "billing-prod-api-0123456789", made.outputs);
  const path = join(project.folder, "backend/.pulumi/stacks/billing/prod.json");
  await changeFile(path, (state) => {
    state.resources = [root("prod"), at, key].map((it) =>
      JSON.parse(JSON.stringify(it).replaceAll("::shop::", "::billing::")),
    );
  });
}

test("--all-stacks audits every stack of the backend that has keys, in any project", async () => {
  const { fixture } = given;
  const { project } = await projectWithKey(fixture);
  await plantOtherProject(project, fixture.credential);
  const alone = await payengine(project, AUDIT);
  expect([alone.exitCode, linesOf(alone.stdout).at(-1)]).toEqual([2, "Keys of dev: 1 managed, 1 unmatched"]);
  const { exitCode, stdout } = await payengine(project, [...AUDIT, "--all-stacks"]);
  expect([exitCode, linesOf(stdout)]).toEqual([
    0,
    ["Account at <address>/api: 3 live keys, 1 foreign", "Keys of dev, organization/billing/prod: 2 managed"],
  ]);
  const sources = await openAllStacks({ cwd: project.folder, env: project.env });
  const { keys } = await auditKeys(sources, { minAge: 0 });
  expect(keys.map(({ source, resource }) => [source, resource])).toEqual([
    ["organization/billing/prod", "api"],
    ["dev", "web"],
  ]);
});

test("--all-stacks fails if no stack has keys, and cannot be combined with --stack", async () => {
  const project = await given.fixture.project({});
  const none = await payengine(project, [...AUDIT, "--all-stacks"]);
  expect([none.exitCode, none.stdout, none.stderr]).toEqual([
    1,
    "",
    "No stack of this backend has PayEngine keys or configuration. Name a stack with --stack.\n",
  ]);
  const both = await payengine(project, [...AUDIT, "--all-stacks", "--stack", "dev"]);
  expect([both.exitCode, both.stderr]).toEqual([
    1,
    "error: option '--all-stacks' cannot be used with option '--stack <name>'\n",
  ]);
});
