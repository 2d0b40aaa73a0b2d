import { diagnosticsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";

const given = useFixture();

/** A consumer of a plain value, to test each way of passing a token. */
const OTHER = `
const diff = async (id, olds, news) => ({ changes: olds.value !== news.value });
const provider = { create: async (outs) => ({ id: "1", outs }), update: async (id, olds, outs) => ({ outs }), diff };
class Other extends pulumi.dynamic.Resource {
  constructor(name, value) { super(provider, name, { value }); }
}`;

test("up --target succeeds if stack outputs and untargeted resources use the token of a key that does not exist yet", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `${OTHER}
const first = new payengine.ApiKey("first", { type: "private" });
const second = new payengine.ApiKey("second", { type: "private" });
new Other("consumer", second.token);
exports.first = first.token;
exports.second = second.token;
exports.header = second.token.apply((token) => "Basic " + token).apply((text) => text.trim());
exports.all = { token: second.token };`,
  });
  await project.up("--target", "**ApiKey::first");
  const { token } = await project.key("first");
  expect(await fixture.liveKeys()).toHaveLength(1);
  expect(await project.outputs()).toEqual({ first: token, second: null, header: null, all: { token: null } });
  await project.up();
  const second = await project.key("second");
  expect(await project.outputs()).toEqual({
    first: token,
    second: second.token,
    header: `Basic ${second.token}`,
    all: { token: second.token },
  });
  await project.destroy();
});

test("up --target refuses a resource that would get the token of a key that does not exist yet", async () => {
  const { fixture } = given;
  const consumers = (key: string) => `${OTHER}
const first = new payengine.ApiKey("first", { type: "private" });
const { token } = ${key};
new Other("direct", token);
new Other("derived", token.apply((text) => "Basic " + text));
new Other("interpolated", pulumi.interpolate\`Basic \${token}\`);`;
  const project = await fixture.project({ program: consumers("first") });
  await project.up();
  const before = await project.deployment();
  await project.write({
    "index.js": commonJs(consumers('new payengine.ApiKey("second", { type: "private" })')),
  });
  for (const name of ["direct", "derived", "interpolated"]) {
    const refused = await project.fails("up", "--skip-preview", "--target", `**::${name}`);
    expect(diagnosticsOf(refused)[name]?.join()).toContain("ApiKey::second' which was");
  }
  const inputsIn = ({ resources = [] }: typeof before) =>
    Object.fromEntries(resources.map(({ urn, inputs }) => [urn, inputs]));
  expect(inputsIn(await project.deployment())).toEqual(inputsIn(before));
  await project.up();
  await project.destroy();
});
