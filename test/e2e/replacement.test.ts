import { join } from "node:path";
import { countsOf, diagnosticsOf } from "./harness/diagnostics";
import { commonJs, useFixture } from "./harness/fixture";

const given = useFixture();

const checkout = (args: string) => `exports.key = new payengine.ApiKey("checkout", ${args}).token;`;

/** The requests that created or revoked a key, in order. */
async function changes() {
  const requests = await given.fixture.control.requests();
  const changing = requests.filter(({ method }) => method !== "GET");
  await given.fixture.control.clearRequests();
  return changing.map(({ method, keyName }) => `${method} ${keyName}`);
}

test("a change of type or name prefix, and --replace, create the new key before they revoke the old one", async () => {
  const project = await given.fixture.project({ program: checkout(`{ type: "public" }`) });
  await project.up();
  const first = await project.key("checkout");
  expect(await changes()).toEqual([`POST ${first.name}`]);

  await project.write({ "index.js": commonJs(checkout(`{ type: "private" }`)) });
  const preview = await project.ok("preview", "--diff");
  expect(preview.stdout).toMatch(/~ type +: "public" => "private"/);
  expect(countsOf(await project.up())).toEqual(["+-1 replaced", "1 unchanged"]);
  const second = await project.key("checkout");
  expect(second.type).toBe("private");
  expect(second.name).not.toBe(first.name);
  expect(await changes()).toEqual([`POST ${second.name}`, `DELETE ${first.name}`]);

  await project.write({ "index.js": commonJs(checkout(`{ type: "private", namePrefix: "web" }`)) });
  expect(countsOf(await project.up())).toEqual(["+-1 replaced", "1 unchanged"]);
  const third = await project.key("checkout");
  expect(third.name).toMatch(/^web-[0-9a-f]{10}$/);
  expect(await changes()).toEqual([`POST ${third.name}`, `DELETE ${second.name}`]);

  expect(countsOf(await project.up("--replace", third.urn))).toEqual(["+-1 replaced", "1 unchanged"]);
  const fourth = await project.key("checkout");
  expect(fourth.name).toMatch(/^web-[0-9a-f]{10}$/);
  expect(fourth.token).not.toBe(third.token);
  expect(await changes()).toEqual([`POST ${fourth.name}`, `DELETE ${third.name}`]);
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["2 unchanged"]);
  await project.destroy();
});

test("removing the name prefix from the program keeps the key", async () => {
  const project = await given.fixture.project({
    program: checkout(`{ type: "private", namePrefix: "web" }`),
  });
  await project.up();
  await project.write({ "index.js": commonJs(checkout(`{ type: "private" }`)) });
  expect(countsOf(await project.up())).toEqual(["2 unchanged"]);
  expect((await project.key("checkout")).name).toMatch(/^web-/);
});

test("a saved plan is valid for the update that creates a key and for the one that replaces it", async () => {
  const project = await given.fixture.project({ program: checkout(`{ type: "public" }`) });
  const plan = join(project.folder, "plan.json");
  await project.ok("preview", "--save-plan", plan);
  expect(countsOf(await project.up("--plan", plan))).toEqual(["+ 2 created"]);

  await project.write({ "index.js": commonJs(checkout(`{ type: "private" }`)) });
  await project.ok("preview", "--save-plan", plan);
  expect(countsOf(await project.up("--plan", plan))).toEqual(["+-1 replaced", "1 unchanged"]);

  await project.ok("preview", "--save-plan", plan);
  expect(countsOf(await project.up("--plan", plan))).toEqual(["2 unchanged"]);
  expect((await project.key("checkout")).type).toBe("private");
});

const withConsumer = `
class Consumer extends pulumi.dynamic.Resource {
  constructor(name, props) {
    super({ async create(inputs) { return { id: name, outs: { length: String(inputs.token).length } }; } }, name, props);
  }
}
const checkout = new payengine.ApiKey("checkout", { type: "private" });
new Consumer("consumer", { token: checkout.token });
`;

test("a consumer targeted before its key exists fails with an error that names the key, and gets no undefined token", async () => {
  const project = await given.fixture.project({ program: withConsumer });
  const consumer = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic:Resource::consumer";
  const failed = await project.fails("up", "--skip-preview", "--target", consumer);
  expect(diagnosticsOf(failed).consumer[0]).toContain("ApiKey::checkout' which was");
  expect(await given.fixture.liveKeys()).toEqual([]);

  const key = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey::checkout";
  expect(countsOf(await project.up("--target", consumer, "--target", key))).toEqual([
    "+ 2 created",
    "1 unchanged",
  ]);
  const { resources = [] } = await project.deployment();
  expect(resources.find(({ urn }) => urn === consumer)?.outputs.length).toBe(108);
  await project.destroy();
});
