import { countsOf } from "../e2e/harness/diagnostics";
import { type Fixture, useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { decryptedLogs } from "../e2e/harness/searched-places";
import { findSecrets } from "../secret-search";
import { journeyFiles, journeySettings } from "./journey-programs";
import { environmentOf, projectFile, type Runtime } from "./languages";

/** What a command asks of PayEngine that changes something. */
async function changesIn(fixture: Fixture, command: () => Promise<unknown>): Promise<string[]> {
  await fixture.control.clearRequests();
  await command();
  const requests = await fixture.control.requests();
  return requests.filter(({ method }) => method !== "GET").map(({ operation }) => String(operation));
}

async function startProject(fixture: Fixture, runtime: Runtime): Promise<Project> {
  const settings = { "Pulumi.yaml": projectFile(runtime, journeySettings(runtime)) };
  return fixture.project({
    files: { ...journeyFiles(runtime), ...settings },
    env: environmentOf(runtime),
    ...(runtime !== "nodejs" && { packages: false }),
  });
}

/** Tests a program in one language, from its first preview to destroy. */
export function testJourney(runtime: Runtime): void {
  const given = useFixture();

  test("a key is created, looked up, rotated and revoked, and previews change nothing", async () => {
    const { fixture } = given;
    const project = await startProject(fixture, runtime);
    const changes = (command: () => Promise<unknown>) => changesIn(fixture, command);

    expect(await changes(() => project.ok("preview", "--diff"))).toEqual([]);
    expect(await changes(() => project.up())).toEqual(["createKey", "createKey"]);
    const first = await project.key("checkout");
    const { token, ...shown } = await project.outputs();
    expect(token).toBe(first.token);
    expect(shown).toEqual({
      foundName: first.name,
      foundStatus: "active",
      publicKey: expect.stringMatching(/^pk_test_/),
    });

    expect(await changes(() => project.up("--expect-no-changes"))).toEqual([]);
    expect(await changes(() => project.ok("preview", "--expect-no-changes", "--diff"))).toEqual([]);
    expect(countsOf(await project.refresh("--expect-no-changes"))).toEqual(["3 unchanged"]);

    await project.ok("config", "set", "trigger", "2");
    expect(await changes(() => project.ok("preview", "--diff"))).toEqual([]);
    expect(await changes(() => project.up("--diff"))).toEqual(["createKey"]);
    const second = await project.key("checkout");
    expect(second.keyId).not.toBe(first.keyId);
    expect(second.previousToken).toBe(first.token);
    expect((await project.outputs()).foundName).toBe(second.name);

    expect(await changes(() => project.ok("destroy", "--preview-only"))).toEqual([]);
    await project.destroy();
    expect(await fixture.liveKeys()).toEqual([]);
    expect(findSecrets([...fixture.issued], await decryptedLogs(project))).toEqual([]);
  });
}
