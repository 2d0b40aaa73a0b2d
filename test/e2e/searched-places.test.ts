import { findSecrets } from "../secret-search";
import { useFixture } from "./harness/fixture";
import { tableBelow } from "./harness/guide-table";
import { decryptedLogs, placesOf } from "./harness/searched-places";

const given = useFixture();
const DECRYPTED = "automatic logs, as `pulumi logs decrypt` shows them";

test("each location in docs/secret-path.md is searched for secrets and has files", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `exports.key = new payengine.ApiKey("checkout", {
  type: "private",
  rotation: { overlap: "1d", triggers: { round: process.env.ROUND } },
}).token;`,
    secrets: {},
    env: { PAYENGINE_API_KEY: fixture.credential, ROUND: "1" },
  });
  await project.ok("preview", "--save-plan", "plan-1.json");
  await project.up("--plan", "plan-1.json", "--debug");
  await project.refresh();
  project.env.ROUND = "2";
  await project.ok("preview", "--save-plan", "plan-2.json");
  await project.up("--plan", "plan-2.json", "-v=6");
  await project.ok("stack", "history", "--show-secrets");
  await project.ok("stack", "output");
  await project.destroy();

  const places = placesOf(project);
  const decrypted = await decryptedLogs(project);
  const read = Object.fromEntries(
    [...places, [DECRYPTED, decrypted] as const].map(([place, { length }]) => [place, length]),
  );
  console.info(
    Object.entries(read)
      .map(([place, files]) => `| ${place} | ${files} |`)
      .join("\n"),
  );

  const said = tableBelow("docs/secret-path.md", "## What is searched");
  expect(Object.keys(read).sort()).toEqual(Object.keys(said).sort());
  const writesLogs = decrypted.length > 0;
  for (const [place, files] of Object.entries(read)) {
    const filled = writesLogs || !place.startsWith("automatic logs");
    expect({ place, filled: files > 0 }).toEqual({ place, filled });
  }
  expect(fixture.issued.size).toBeGreaterThanOrEqual(2);
  // The credential is in an environment variable, so these logs do not show it.
  expect(findSecrets([fixture.credential, ...fixture.issued], decrypted)).toEqual([]);
});
