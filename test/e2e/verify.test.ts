import { countsOf, diagnosticsOf } from "./harness/diagnostics";
import { commonJs, useFixture } from "./harness/fixture";

const given = useFixture();

const checkout = (more: string) => `
const checkout = new payengine.ApiKey("checkout", { type: "private", verify: { timeout: "2s" }, ${more} });
new payengine.ApiKey("consumer", { type: "public", namePrefix: checkout.fingerprint });
`;
const UNUSABLE = /The key ".*" was created, but did not work within 2s: .*; it was revoked\./;

test("a key that does not work in time is revoked, and no dependent resource runs", async () => {
  const { fixture } = given;
  await fixture.control.setLag({ newKeyUnusableMs: 3_600_000 });
  const project = await fixture.project({ program: checkout("") });
  await project.ok("preview");
  expect(await fixture.control.requests()).toEqual([]);

  expect(diagnosticsOf(await project.fails("up", "--skip-preview")).checkout).toEqual([
    expect.stringMatching(UNUSABLE),
  ]);
  expect([await fixture.liveKeys(), await project.keys()]).toEqual([[], []]);

  await fixture.control.setLag({});
  expect(countsOf(await project.up())).toEqual(["+ 2 created", "1 unchanged"]);
});

test.each([[[]], [["--continue-on-error"]]])(
  "a replacement that does not work does not change the key in use, with options %j",
  async (options: string[]) => {
    const { fixture } = given;
    const project = await fixture.project({ program: checkout("") });
    await project.up();
    const before = await project.key("checkout");
    await fixture.control.advanceClock(7_200_000);

    await fixture.control.setLag({ newKeyUnusableMs: 3_600_000 });
    await project.write({ "index.js": commonJs(checkout(`namePrefix: "other"`)) });
    const failed = await project.fails("up", "--skip-preview", ...options);
    expect(diagnosticsOf(failed).checkout).toEqual([expect.stringMatching(UNUSABLE)]);
    expect(await project.key("checkout")).toEqual(before);
    expect(await fixture.authenticates(before.token ?? "")).toBe(true);

    await fixture.control.setLag({});
    await project.up();
    expect((await project.key("checkout")).name).toMatch(/^other-/);
    expect(await fixture.authenticates(before.token ?? "")).toBe(false);
  },
);
