import { countsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";
import { inlineOk } from "./inline-program";

const given = useFixture();

/** The ways to register a transform for all of a stack's resources. */
const WAYS = {
  registerResourceTransform: "pulumi.runtime.registerResourceTransform",
  registerStackTransformation: "pulumi.runtime.registerStackTransformation",
};

describe.each(Object.entries(WAYS))("%s", (_, register) => {
  test("may set arguments and options, and the key is kept when the transform is removed", async () => {
    const { fixture } = given;
    const key = `exports.token = new payengine.ApiKey("checkout", { type: "private" }).token;`;
    const transformed = `
${register}(({ type, props, opts }) => {
  if (type !== "pulumi-nodejs:dynamic/payengine:ApiKey") return undefined;
  return { props: { ...props, namePrefix: "team-a" }, opts: { ...opts, protect: true } };
});
${key}`;
    const project = await fixture.project({ program: transformed });
    await inlineOk(project, "up");
    const made = await project.key("checkout");
    expect(made.name).toMatch(/^team-a-[0-9a-f]{10}$/);
    const { resources = [] } = await project.deployment();
    expect(resources.find(({ urn }) => urn === made.urn)?.protect).toBe(true);
    expect(countsOf(await inlineOk(project, "up"))).toEqual(["2 unchanged"]);
    await project.write({ "index.js": commonJs(key) });
    await inlineOk(project, "up");
    expect(await project.key("checkout")).toEqual(made);
  });

  test("cannot expose a private token by another type or other options", async () => {
    const project = await given.fixture.project({
      program: `
${register}(({ type, props, opts }) => {
  if (type !== "pulumi-nodejs:dynamic/payengine:ApiKey") return undefined;
  return { props: { ...props, type: "private" }, opts: { ...opts, additionalSecretOutputs: [] } };
});
exports.token = new payengine.ApiKey("checkout", { type: "public" }).token;
exports.other = new payengine.ApiKey("other", { type: "private" }).token;`,
    });
    await inlineOk(project, "up");
    const keys = await project.keys();
    expect(keys.map(({ type }) => type)).toEqual(["private", "private"]);
    const state = await project.rawState();
    expect(keys.filter(({ token }) => state.includes(String(token)))).toEqual([]);
  });
});

test("a resource's own transforms and transformations may set arguments", async () => {
  const project = await given.fixture.project({
    program: `
const named = (namePrefix) => ({ props, opts }) => ({ props: { ...props, namePrefix }, opts });
new payengine.ApiKey("new", { type: "private" }, { transforms: [named("by-transform")] });
new payengine.ApiKey("old", { type: "private" }, { transformations: [named("by-transformation")] });`,
  });
  await inlineOk(project, "up");
  expect((await project.keys()).map(({ name }) => name.slice(0, -11))).toEqual([
    "by-transform",
    "by-transformation",
  ]);
});
