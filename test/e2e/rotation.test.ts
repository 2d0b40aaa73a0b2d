import { join } from "node:path";
import { countsOf, diagnosticsOf } from "./harness/diagnostics";
import { commonJs, useFixture } from "./harness/fixture";
import { later } from "./harness/later";

const given = useFixture();
const DAY = 86_400_000;

const checkout = (rotation: string) => `
const checkout = new payengine.ApiKey("checkout", { type: "private", rotation: ${rotation} });
exports.token = checkout.token;
exports.previousToken = checkout.previousToken;
exports.generation = checkout.generation;
`;

test("a key rotates in place by its period: both tokens work during the overlap, then the old one is revoked", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: checkout(`{ period: "30d", overlap: "7d" }`) });
  const day = <T>(number: number, act: () => Promise<T>) => later(project, act, number * DAY);
  await project.up();
  const first = await project.key("checkout");
  expect(await project.outputs()).toEqual({ token: first.token, generation: 1 });
  expect(countsOf(await day(29, () => project.up("--expect-no-changes")))).toEqual(["2 unchanged"]);

  const plan = join(project.folder, "plan.json");
  const preview = await day(31, () => project.ok("preview", "--diff", "--save-plan", plan));
  expect(preview.stdout).toMatch(/~ rotateAt +: "20.*" => "20/);
  const calls = (await fixture.control.requests()).length;
  await day(31, () => project.up("--plan", plan));
  const rotation = (await fixture.control.requests()).slice(calls);
  expect(rotation.map(({ method, operation }) => `${method} ${operation}`)).toEqual([
    // Once per process, and for leftover keys of an earlier rotation.
    "GET listKeys",
    "GET listKeys",
    "POST createKey",
    "GET merchant",
  ]);
  const second = await project.key("checkout");
  expect(second).toMatchObject({
    name: `${first.name}-g2`,
    previousKeyId: first.keyId,
    previousToken: first.token,
  });
  expect(await project.outputs()).toEqual({
    token: second.token,
    previousToken: first.token,
    generation: 2,
  });
  for (const { token = "" } of [first, second]) expect(await fixture.authenticates(token)).toBe(true);
  await day(37, () => project.refresh());
  await day(37, () => project.up("--expect-no-changes"));

  expect(countsOf(await day(39, () => project.up()))).toEqual(["~ 1 updated", "1 unchanged"]);
  expect(await fixture.authenticates(first.token ?? "")).toBe(false);
  expect(await project.outputs()).toEqual({ token: second.token, generation: 2 });
  await project.destroy();
  expect(await fixture.liveKeys()).toEqual([]);
});

test("a trigger rotates at once, a second trigger in the overlap is refused, and --replace revokes both keys", async () => {
  const { fixture } = given;
  const leaked = (count: number) => checkout(`{ triggers: { leaks: ${count} }, overlap: "1d" }`);
  const project = await fixture.project({ program: leaked(0) });
  await project.up();
  await project.write({ "index.js": commonJs(leaked(1)) });
  expect(countsOf(await project.up())).toEqual(["~ 1 updated", "1 unchanged"]);
  const second = await project.key("checkout");

  await project.write({ "index.js": commonJs(leaked(2)) });
  const refused = await project.fails("up", "--skip-preview");
  expect(diagnosticsOf(refused).checkout).toEqual([
    expect.stringContaining('The key "shop-dev-checkout-<digits>-g2" cannot rotate again before <time>'),
  ]);
  expect(await project.key("checkout")).toEqual(second);

  expect(countsOf(await project.up("--replace", second.urn))).toEqual(["+-1 replaced", "1 unchanged"]);
  for (const token of [second.token, second.previousToken])
    expect(await fixture.authenticates(token ?? "")).toBe(false);
  expect((await project.key("checkout")).previousToken).toBeUndefined();
});
