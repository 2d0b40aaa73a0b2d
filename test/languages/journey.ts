import { countsOf } from "../e2e/harness/diagnostics";
import { type Fixture, useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { decryptedLogs } from "../e2e/harness/searched-places";
import { findSecrets } from "../secret-search";
import { journeyFiles, journeySettings } from "./journey-programs";
import { environmentOf, projectFile, type Runtime } from "./languages";

/** What a command asks of PayEngine that changes something. */
export async function changesIn(fixture: Fixture, command: () => Promise<unknown>): Promise<string[]> {
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

/** A private key that was created in the dashboard, with its value. */
async function madeByHand({ sandbox, credential }: Fixture): Promise<{ id: string; key: string }> {
  const response = await fetch(`${sandbox.url}/api-keys`, {
    method: "POST",
    headers: { authorization: `Basic ${credential}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "Checkout (made by Ann)", type: "private" }),
  });
  return ((await response.json()) as { data: { id: string; key: string } }).data;
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

  test("a key is imported with its value, and the program goes on with it", async () => {
    const { fixture } = given;
    const hand = await madeByHand(fixture);
    const project = await startProject(fixture, runtime);
    const imported = ["import", "payengine:index:ApiKey", "checkout", hand.id, "--generate-code=false"];
    const all = [...imported, "--protect=false", "--yes", "--stack", project.stack];
    const without = await project.fails(...all);
    expect(without.stdout + without.stderr).toContain("set PAYENGINE_IMPORT_TOKEN to it and import again");

    project.env.PAYENGINE_IMPORT_TOKEN = hand.key;
    expect(await changesIn(fixture, () => project.ok(...all))).toEqual([]);
    delete project.env.PAYENGINE_IMPORT_TOKEN;
    expect(await project.key("checkout")).toMatchObject({ keyId: hand.id, token: hand.key });
    // The public key is new.
    expect(await changesIn(fixture, () => project.up())).toEqual(["createKey"]);
    expect(await project.key("checkout")).toMatchObject({ keyId: hand.id, token: hand.key });
    await project.destroy();
    expect(await fixture.liveKeys()).toEqual([]);
  });
}
