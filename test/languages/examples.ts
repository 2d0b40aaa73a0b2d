import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Fixture, useFixture } from "../e2e/harness/fixture";
import { later } from "../e2e/harness/later";
import { installedPlugin } from "../e2e/harness/native-face";
import type { Project } from "../e2e/harness/project";
import { environmentOf, type Runtime, toolbox } from "./languages";

const EXAMPLES = join(__dirname, "../../examples");
const DAY = 86_400_000;

/** Lays out an example as a user has it, with the plugin installed. */
async function exampleProject(fixture: Fixture, runtime: Runtime, name: string): Promise<Project> {
  const folder = join(EXAMPLES, runtime, name);
  const names = await readdir(folder);
  const texts = await Promise.all(names.map((file) => readFile(join(folder, file), "utf8")));
  const project = await fixture.project({
    files: Object.fromEntries(names.map((file, index) => [file, texts[index] ?? ""])),
    env: { ...environmentOf(runtime), PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" },
    packages: false,
  });
  if (runtime === "go") await cp(toolbox().goSdk, join(project.folder, "sdk"), { recursive: true });
  await project.ok("plugin", "install", "resource", "payengine", "v0.1.0", "--file", installedPlugin());
  return project;
}

/** Runs the examples of one language from their folders. */
export function testExamples(runtime: Runtime): void {
  const given = useFixture();

  test(`examples/${runtime}/quickstart creates a public and a private key`, async () => {
    const { fixture } = given;
    const project = await exampleProject(fixture, runtime, "quickstart");
    await project.up();
    const { keyId, token } = await project.key("checkout");
    expect(await project.outputs()).toEqual({
      publicKey: expect.stringMatching(/^pk_test_/),
      privateKey: token,
      privateKeyId: keyId,
    });
    await project.destroy();
    expect(await fixture.liveKeys()).toEqual([]);
  });

  test(`examples/${runtime}/rotation keeps the old key through the overlap, and then revokes it`, async () => {
    const { fixture } = given;
    const project = await exampleProject(fixture, runtime, "rotation");
    await project.up();
    const { token: old } = await project.outputs();
    await project.ok("config", "set", "rotation", "2");
    await project.up();
    const { token, previous } = await project.outputs();
    expect(previous).toEqual({ token: old, worksUntil: expect.any(String) });
    expect(await fixture.authenticates(String(token))).toBe(true);
    expect(await fixture.authenticates(String(old))).toBe(true);

    await later(project, () => project.up(), 8 * DAY);
    expect(await fixture.authenticates(String(old))).toBe(false);
    expect((await project.outputs()).token).toBe(token);
    await later(project, () => project.destroy(), 8 * DAY);
  });
}
