import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countsOf, diagnosticsOf, steady } from "../e2e/harness/diagnostics";
import { useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";

const given = useFixture();

const packages = () => join(process.env.PAYENGINE_E2E_INSTALLED ?? "", "node_modules");
const program = `new payengine.ApiKey("checkout", { type: "private" });`;

const plugin = "pulumi-resource-pulumi-nodejs";

/** What the plugin script says: this repository's, or the official one, where the CLI was found with that on PATH. */
async function withoutPackages(): Promise<string[]> {
  const script = join(process.env.PAYENGINE_E2E_CLI ?? "", plugin);
  const used = await readFile(script, "utf8").catch(() => "");
  if (used !== (await readFile(join(__dirname, "../../tools/pulumi", plugin), "utf8"))) {
    return ["Cannot find module '@pulumi/pulumi/cmd/dynamic-provider'"];
  }
  return [
    "The packages of this Pulumi project are not installed",
    "Run `npm install` in that folder and try again.",
  ];
}

test("destroy and refresh in a project without its packages fail with the reason and drop nothing from state", async () => {
  const project = await given.fixture.project({ program });
  const complaints = await withoutPackages();
  await project.up();
  const made = await project.keys();
  await rm(join(project.folder, "node_modules"));
  for (const command of ["destroy", "refresh"]) {
    const failed = await project.fails(command, "--skip-preview");
    const said = steady(failed.stdout + failed.stderr);
    for (const complaint of complaints) expect(said).toContain(complaint);
    expect(await project.keys()).toEqual(made);
  }
  await symlink(packages(), join(project.folder, "node_modules"));
  expect(countsOf(await project.destroy())).toEqual(["- 2 deleted"]);
});

test("destroy in a project without pulumi-payengine names the command to run and drops nothing", async () => {
  const project = await given.fixture.project({ program });
  await project.up();
  const made = await project.keys();
  // A copy, because Node resolves links and would find the package next to the target.
  const others = await mkdtemp(join(tmpdir(), "payengine-e2e-others-"));
  try {
    const ours = join(packages(), "pulumi-payengine");
    await cp(packages(), join(others, "node_modules"), { recursive: true, filter: (path) => path !== ours });
    await relink(project, join(others, "node_modules"));
    const failed = await project.fails("destroy", "--skip-preview");
    expect(diagnosticsOf(failed).checkout.join("\n")).toContain(
      "Run npm install: Error: Cannot find module 'pulumi-payengine/provider'",
    );
    expect(await project.keys()).toEqual(made);
    await relink(project, packages());
  } finally {
    await rm(others, { recursive: true });
  }
});

test("a program that loads the package from outside its project fails before anything is created", async () => {
  const { fixture } = given;
  const elsewhere = join(packages(), "pulumi-payengine");
  const project = await fixture.project({
    files: { "index.js": `const payengine = require(${JSON.stringify(elsewhere)});\n${program}` },
  });
  const folder = join(project.folder, "node_modules");
  await rm(folder);
  await mkdir(folder);
  for (const name of await readdir(packages())) {
    if (name !== "pulumi-payengine") await symlink(join(packages(), name), join(folder, name));
  }
  const failed = await project.fails("preview");
  expect(diagnosticsOf(failed)).toEqual({
    "shop-dev": [expect.stringContaining("in <folder> cannot load pulumi-payengine, so")],
  });
  expect(await fixture.control.requests()).toEqual([]);
});

async function relink(project: Project, target: string): Promise<void> {
  const link = join(project.folder, "node_modules");
  await rm(link);
  await symlink(target, link);
}
