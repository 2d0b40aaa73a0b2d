import { isResolved, type Journal, noteRevoked, noteUnresolved } from "../../provider/api-key/journal";
import { SandboxHarness } from "../sandbox-harness";

let harness: SandboxHarness;
beforeAll(async () => {
  harness = await SandboxHarness.open();
});
afterAll(() => harness.close());

const earlier: Journal = { latestName: "n", unresolvedNames: ["n"], orphanKeyIds: { n: "key_1" } };

test("an attempt whose outcome is unknown leaves the keys of earlier ones in the journal", () => {
  const journal = noteUnresolved(harness.context(), earlier, "n-r2");
  expect(journal).toMatchObject({ unresolvedNames: ["n", "n-r2"], orphanKeyIds: { n: "key_1" } });
  const both = noteUnresolved(harness.context(), journal, "n-r2", "key_2");
  expect(both).toMatchObject({
    unresolvedNames: ["n", "n-r2"],
    orphanKeyIds: { n: "key_1", "n-r2": "key_2" },
  });
});

test("a revoked key resolves only the attempt that created it", () => {
  const journal = noteUnresolved(harness.context(), earlier, "n-r2", "key_2");
  expect(noteRevoked(journal, ["n-r2"])).toMatchObject(earlier);
  expect(isResolved(noteRevoked(journal, ["n-r2"]))).toBe(false);
  expect(isResolved(noteRevoked(journal, ["n", "n-r2"]))).toBe(true);
});
