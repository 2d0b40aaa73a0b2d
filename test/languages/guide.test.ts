import { randomBytes, randomUUID } from "node:crypto";
import { countsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { type Block, readGuide } from "../guides/guide";
import { programOf, sectionsOf, type Tested } from "./guide-programs";
import { changesIn } from "./journey";
import { environmentOf } from "./languages";

const given = useFixture();

/** The key's ID in the guide. */
const LEGACY = "7f0c1a52-9d3e-4b86-a1c4-5e2d90b7f318";
/** Six keys and an explicit provider; the key that moves, and the stack. */
const PLANNED = ["+ 7 to create", "~ 1 to update", "8 changes"];

/** A stack with the key that the snippets move over, at a PayEngine with the keys that they look up and adopt. */
async function begun(): Promise<Project> {
  const { fixture } = given;
  const value = randomBytes(54).toString("hex");
  const foreign = ["created-in-the-dashboard", "shop-prod-checkout"];
  const keys = foreign.map((name) => ({ id: randomUUID(), name, value: randomBytes(54).toString("hex") }));
  for (const key of [{ id: LEGACY, name: "legacy", value }, ...keys]) {
    fixture.secrets.add(key.value);
    await fixture.control.addKey("sandbox", { ...key, type: "private", createdAt: new Date().toISOString() });
  }
  for (const { id } of keys) fixture.leftAlive.add(id);
  const production = await fixture.newCredential("production", "Admin");
  const project = await fixture.project({
    files: {
      "index.js": commonJs('new payengine.ApiKey("payouts", { type: "private" });'),
      "package.json": JSON.stringify({ name: "shop", private: true, main: "index.js" }),
    },
    secrets: { "payengine:apiKey": fixture.credential, "shop:legacyKey": value },
    env: { PAYENGINE_PRODUCTION_KEY: production.key, PAYENGINE_API_URL: fixture.sandbox.url },
  });
  await project.up();
  return project;
}

async function use(project: Project, guide: readonly Block[], language: Tested): Promise<void> {
  await project.write(programOf(guide, language));
  Object.assign(project.env, environmentOf(language));
}

/** The outputs, and whether `pulumi stack output` shows the public key's value; the private one is a secret. */
async function outputsOf(project: Project): Promise<{ outputs: object; showsPublicKey: boolean }> {
  const outputs = await project.outputs();
  const { stdout } = await project.ok("stack", "output", "--json");
  const shown = JSON.parse(stdout);
  expect(shown).toEqual({ ...outputs, privateKey: "[secret]", publicKey: expect.anything() });
  return { outputs, showsPublicKey: shown.publicKey === outputs.publicKey };
}

test("every section of the guide has a snippet in each language", async () => {
  const guide = await readGuide("docs/languages.md");
  const sections = sectionsOf(guide, "yaml");
  expect(sections).toHaveLength(9);
  for (const language of ["python", "go", "ts", "csharp"])
    expect(sectionsOf(guide, language)).toEqual(sections);
});

test("the guide's snippets in YAML, Python and Go create the same keys, and their previews change nothing", async () => {
  const { fixture } = given;
  const guide = await readGuide("docs/languages.md");
  const project = await begun();
  const moved = await project.key("payouts");

  for (const language of ["yaml", "python", "go"] as const) {
    await use(project, guide, language);
    const preview = async () => expect(countsOf(await project.ok("preview"))).toEqual(PLANNED);
    expect(await changesIn(fixture, preview)).toEqual([]);
  }
  const created = ["checkout", "storefront", "worker", "live", "billing"];
  expect(await changesIn(fixture, () => project.up())).toEqual(created.map(() => "createKey"));
  const { outputs, showsPublicKey } = await outputsOf(project);
  const [dashboardKey] = (await fixture.control.keys()).filter(
    ({ name }) => name === "created-in-the-dashboard",
  );
  expect(outputs).toEqual({
    privateKey: (await project.key("checkout")).token,
    publicKey: expect.stringMatching(/^pk_test_/),
    foundId: dashboardKey?.id,
    newestKey: "shop-prod-checkout",
  });
  expect(showsPublicKey).toBe(true);
  const keys = await project.keys();
  expect(keys.map(({ resource }) => resource).sort()).toEqual([...created, "legacy", "payouts"].sort());
  expect(await project.key("payouts")).toMatchObject({ keyId: moved.keyId, token: moved.token });
  expect((await project.key("legacy")).keyId).toBe(LEGACY);

  for (const language of ["python", "yaml"] as const) {
    await use(project, guide, language);
    expect(await changesIn(fixture, () => project.up())).toEqual([]);
    expect(await project.keys()).toEqual(keys);
    expect(await outputsOf(project)).toEqual({ outputs, showsPublicKey: language === "python" });
    const { resources = [] } = await project.deployment();
    expect(resources.find(({ urn }) => urn.endsWith("::billing"))).toMatchObject({
      customTimeouts: { create: 180, update: 180 },
    });
  }
  await project.destroy();
});
