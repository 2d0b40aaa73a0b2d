import { countsOf, diagnosticsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";

const given = useFixture();

const checkout = (count: number) => `
const checkout = new payengine.ApiKey("checkout", {
  type: "private", verify: { timeout: "2s" }, rotation: { triggers: { count: ${count} }, overlap: "1d" },
});
new payengine.ApiKey("consumer", { type: "public", namePrefix: checkout.fingerprint });
`;

async function rotated() {
  const project = await given.fixture.project({ program: checkout(0) });
  await project.up();
  await project.write({ "index.js": commonJs(checkout(1)) });
  await project.up();
  return project;
}

test("a refresh drops a previous key that was revoked early, and the key in use stays", async () => {
  const { fixture } = given;
  const project = await rotated();
  const before = await project.key("checkout");
  await fixture.control.revokeKey(before.previousKeyId ?? "");
  await project.refresh();
  const after = await project.key("checkout");
  expect(after).toMatchObject({ keyId: before.keyId, token: before.token });
  expect([after.previousKeyId, after.previousToken, after.previousRevokeAt]).toEqual(
    Array(3).fill(undefined),
  );
  expect(countsOf(await project.up("--expect-no-changes"))).toEqual(["3 unchanged"]);
});

test("an up after a refresh replaces a revoked key in use, and the previous key still works", async () => {
  const { fixture } = given;
  const project = await rotated();
  const before = await project.key("checkout");
  await fixture.control.revokeKey(before.keyId ?? "");
  await fixture.control.advanceClock(61_000);
  await project.refresh();
  await project.up();
  const after = await project.key("checkout");
  expect(after).toMatchObject({
    name: `${before.name}-r2`,
    previousKeyId: before.previousKeyId,
    previousRevokeAt: before.previousRevokeAt,
  });
  expect(await fixture.authenticates(before.previousToken ?? "")).toBe(true);
});

test.each([[[]], [["--continue-on-error"]]])(
  "a rotation to a key that does not work leaves the key in use alone, with options %j",
  async (options: string[]) => {
    const { fixture } = given;
    const project = await fixture.project({ program: checkout(0) });
    await project.up();
    const before = await project.keys();
    await fixture.control.advanceClock(7_200_000);
    await fixture.control.setLag({ newKeyUnusableMs: 3_600_000 });
    await project.write({ "index.js": commonJs(checkout(1)) });
    expect(diagnosticsOf(await project.fails("up", "--skip-preview", ...options)).checkout).toEqual([
      expect.stringMatching(
        /-g2" was created, but did not work within 2s: .*; it was revoked\..* The key in use, ".*", is unchanged\./,
      ),
    ]);
    expect(await project.keys()).toEqual(before);
    await fixture.control.setLag({});
    await project.up();
    expect((await project.key("checkout")).name).toMatch(/-g2$/);
  },
);
