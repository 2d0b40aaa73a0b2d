import { countsOf } from "../e2e/harness/diagnostics";
import { commonJs, nativeFiles, useFixture } from "../e2e/harness/fixture";
import { pluginSettings } from "../e2e/harness/native-face";
import type { Project } from "../e2e/harness/project";

const given = useFixture();

const DYNAMIC = "pulumi-nodejs:dynamic/payengine:ApiKey";
const NATIVE = "payengine:index:ApiKey";

/** The program's text for one face; its keys name the other face's type as an alias. */
function files(face: "dynamic" | "native", program: string): Record<string, string> {
  const alias = JSON.stringify({ type: face === "native" ? DYNAMIC : NATIVE });
  const text = program.replaceAll("ALIAS", `aliases: [${alias}]`);
  return face === "native" ? nativeFiles(text) : { "index.js": commonJs(text), "payengine.cjs": "" };
}

async function changesAt(project: () => Promise<unknown>): Promise<string[]> {
  const { fixture } = given;
  await fixture.control.clearRequests();
  await project();
  const requests = await fixture.control.requests();
  return requests.flatMap(({ operation }) =>
    /create|revoke|reveal/.test(operation ?? "") ? [String(operation)] : [],
  );
}

const over = (project: Project, face: "dynamic" | "native", program: string) =>
  changesAt(async () => {
    await project.write(files(face, program));
    await project.up();
  });

const kept = async (project: Project) =>
  (await project.keys()).map(({ id, keyId, token, previousToken }) => ({ id, keyId, token, previousToken }));

async function begun(program: string, secrets?: Record<string, string>): Promise<Project> {
  const { fixture } = given;
  return fixture.project({
    files: files("dynamic", program),
    settings: pluginSettings(),
    ...(secrets && { secrets }),
  });
}

test.each([
  ["two keys", `for (const type of ["private", "public"]) new payengine.ApiKey(type, { type }, { ALIAS });`],
  ["a protected key", `new payengine.ApiKey("live", { type: "private" }, { ALIAS, protect: true });`],
])("%s move to the native plugin and back, and none is created or revoked", async (_what, program) => {
  const project = await begun(program);
  await project.up();
  const before = await kept(project);
  expect(await over(project, "native", program)).toEqual([]);
  expect((await project.keys()).map(({ urn }) => urn).every((urn) => urn.includes(NATIVE))).toBe(true);
  expect(await kept(project)).toEqual(before);
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual([`${before.length + 1} unchanged`]);
  expect(await over(project, "dynamic", program)).toEqual([]);
  expect(await kept(project)).toEqual(before);
  await project.write(files("dynamic", program.replace(", protect: true", "")));
  await project.up();
  await project.destroy();
});

test("a key moves during the overlap of a rotation, and rotates on", async () => {
  const program = (n: number) =>
    `new payengine.ApiKey("worker", { type: "private", rotation: { overlap: "7d", triggers: { n: ${n} } } }, { ALIAS });`;
  const project = await begun(program(1));
  await project.up();
  await project.write(files("dynamic", program(2)));
  await project.up();
  const before = await kept(project);
  expect(before[0]?.previousToken).toBeDefined();
  expect(await over(project, "native", program(2))).toEqual([]);
  expect(await kept(project)).toEqual(before);
  await given.fixture.advanceTo(8 * 86_400_000);
  await over(project, "native", program(3));
  const [after] = await project.keys();
  expect(after?.keyId).not.toBe(before[0]?.keyId);
  await project.destroy();
});

test("a key of an explicit provider moves with it", async () => {
  const program = `const config = new pulumi.Config();
const provider = new payengine.Provider("second", { apiUrl: config.require("url"), apiKey: config.requireSecret("second") });
new payengine.ApiKey("live", { type: "private" }, { ALIAS, provider });`;
  const { fixture } = given;
  const project = await fixture.project({
    files: files("dynamic", program),
    settings: pluginSettings(),
    config: { "shop:url": fixture.sandbox.url },
    secrets: { "shop:second": fixture.credential },
  });
  await project.up();
  const before = await kept(project);
  expect(await over(project, "native", program)).toEqual([]);
  expect(await kept(project)).toEqual(before);
  expect(await over(project, "dynamic", program)).toEqual([]);
  expect(await kept(project)).toEqual(before);
  await project.destroy();
});

test("an unfinished creation moves, and the native plugin finishes it", async () => {
  const { fixture } = given;
  await fixture.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  await fixture.control.addFault({
    operation: "listKeys",
    kind: "statusBeforeCommit",
    status: 503,
    times: "always",
    keyName: "shop-dev-checkout-",
  });
  const program = `new payengine.ApiKey("checkout", { type: "private" }, { ALIAS });`;
  const project = await begun(program);
  await project.fails("up", "--skip-preview");
  await fixture.control.clearFaults();
  await project.write(files("native", program));
  await project.up();
  expect((await project.key("checkout")).pendingAction).toBeUndefined();
});
