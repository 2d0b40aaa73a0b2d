import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { countsOf } from "../e2e/harness/diagnostics";
import { type Fixture, useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";

const given = useFixture();
const STATES = join(__dirname, "states");

/** A project with the state that an earlier version wrote, and a sandbox with its keys. */
async function imported(fixture: Fixture, version: string): Promise<Project> {
  const read = (path: string) => readFile(join(__dirname, path), "utf8");
  const project = await fixture.project({
    files: { "index.js": await read("program.js"), "change.json": JSON.stringify({ trigger: 0 }) },
    config: {},
    secrets: {},
    env: { PAYENGINE_API_URL: fixture.sandbox.url, PAYENGINE_API_KEY: fixture.credential },
  });
  // It includes the salt of the recorded secrets' encryption.
  await project.write({ "Pulumi.dev.yaml": await read(`states/${version}/Pulumi.dev.yaml`) });
  await project.write({
    "state.json": movedTo(fixture.sandbox.url, await read(`states/${version}/state.json`)),
  });
  await project.ok("stack", "import", "--file", join(project.folder, "state.json"));
  const { resources = [] } = await project.deployment();
  const createdAt = new Map(resources.map(({ urn, outputs }) => [urn, String(outputs?.createdAt)]));
  for (const { urn, type, name, keyId, token, previousKeyId, previousToken } of await project.keys()) {
    const key = { name, type: type as "public" | "private", createdAt: createdAt.get(urn) ?? "" };
    await fixture.control.addKey("sandbox", { ...key, id: keyId ?? "", value: token ?? "" });
    for (const value of [token, previousToken]) if (type === "private" && value) fixture.secrets.add(value);
    if (previousKeyId === undefined || previousToken === undefined) continue;
    const previous = { ...key, name: name.replace(/-g\d+$/, ""), id: previousKeyId, value: previousToken };
    await fixture.control.addKey("sandbox", previous);
  }
  return project;
}

/** State has the address where its keys were made; their values are never sent to another address. */
function movedTo(url: string, state: string): string {
  const [, recorded = ""] = /"apiUrl": "(.+?)"/.exec(state) ?? [];
  expect(recorded).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api$/);
  return state.replaceAll(`"${recorded}"`, `"${url}"`);
}

describe.each(readdirSync(STATES))("a state that version %s wrote", (version) => {
  test("is refreshed, needs no change, is updated and destroyed", async () => {
    const { fixture } = given;
    const project = await imported(fixture, version);
    expect(countsOf(await project.refresh())).toEqual(["4 unchanged"]);
    expect(countsOf(await project.up())).toEqual(["4 unchanged"]);

    for (const trigger of [1, 2]) {
      await project.write({ "change.json": JSON.stringify({ trigger }) });
      expect(countsOf(await project.up())).toEqual(["~ 1 updated", "3 unchanged"]);
    }
    expect((await project.key("plain")).name).toMatch(/-g2$/);
    await project.destroy();
    expect(await fixture.liveKeys()).toEqual([]);
  });
});
