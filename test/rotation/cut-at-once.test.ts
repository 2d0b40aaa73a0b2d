import { countsOf, diagnosticsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";
import { later } from "../e2e/harness/later";

const given = useFixture();
const DAY = 86_400_000;

/** A key with overlap 0s, and a consumer in the same program. */
const program = (rotation: string, options = "{}") => `
const checkout = new payengine.ApiKey("checkout", { type: "private", rotation: ${rotation} }, ${options});
new payengine.ApiKey("consumer", { type: "public", namePrefix: checkout.fingerprint });
`;

test("one up with overlap 0s gives consumers the new key before it revokes the old one", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: program(`{ period: "30d", overlap: "0s" }`) });
  await project.up();
  const [first, consumer] = [await project.key("checkout"), await project.key("consumer")];
  await fixture.control.clearRequests();

  const preview = await later(project, () => project.ok("preview"), 31 * DAY);
  expect(preview.stdout).toMatch(/checkout .*replace/);
  expect(countsOf(await later(project, () => project.up(), 31 * DAY))).toEqual([
    "+-2 replaced",
    "1 unchanged",
  ]);
  const [second, successor] = [await project.key("checkout"), await project.key("consumer")];
  const changes = (await fixture.control.requests()).filter(({ method }) => method !== "GET");
  expect(changes.map(({ method, keyName }) => `${method} ${keyName}`)).toEqual([
    `POST ${second.name}`,
    `POST ${successor.name}`,
    `DELETE ${consumer.name}`,
    `DELETE ${first.name}`,
  ]);
  expect(second.previousToken).toBeUndefined();
  expect(countsOf(await later(project, () => project.up(), 32 * DAY))).toEqual(["3 unchanged"]);
});

test("overlap 0s and protect together are refused before anything is created", async () => {
  const { fixture } = given;
  const cut = `{ triggers: {}, overlap: "0s" }`;
  const project = await fixture.project({ program: program(cut, "{ protect: true }") });
  const refused = await project.fails("up", "--skip-preview");
  expect(diagnosticsOf(refused).checkout).toEqual([expect.stringContaining('rotation.overlap is "0s"')]);
  expect(await fixture.control.requests()).toEqual([]);
});

test("changing overlap to 0s and back, or removing rotation, revokes no key in use", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: program(`{ triggers: { n: 0 }, overlap: "1d" }`) });
  const say = (rotation: string) => project.write({ "index.js": commonJs(program(rotation)) });
  const works = async (token: string | undefined) => fixture.authenticates(token ?? "");
  await project.up();
  await say(`{ triggers: { n: 1 }, overlap: "1d" }`);
  await project.up();
  const second = await project.key("checkout");

  await say(`{ triggers: { n: 1 }, overlap: "0s" }`);
  await project.up();
  const cut = await project.key("checkout");
  expect(cut).toEqual({ ...second, overlap: "0s" });
  await say(`{ triggers: { n: 1 }, overlap: "2h" }`);
  await project.up();
  expect((await project.key("checkout")).previousRevokeAt).toBe(second.previousRevokeAt);

  await say("undefined");
  await project.up();
  const kept = await project.key("checkout");
  expect([kept.keyId, kept.previousKeyId]).toEqual([second.keyId, second.previousKeyId]);
  expect([await works(kept.token), await works(kept.previousToken)]).toEqual([true, true]);
  await later(project, () => project.up(), 2 * DAY);
  expect([await works(kept.token), await works(kept.previousToken)]).toEqual([true, false]);
});
