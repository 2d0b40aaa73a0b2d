import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { useFixture } from "./harness/fixture";

const given = useFixture();

const esm = `
import * as payengine from "pulumi-payengine";
import { ApiKey } from "pulumi-payengine";
const first = new ApiKey("first", { type: "private", namePrefix: "esm" });
const second = new payengine.ApiKey("second", { type: "private" }, { dependsOn: first });
export const key = first.token;
export const header = second.token.apply((token) => "Basic " + token);
`;

test("an ES module program works, and values computed from a private token are secret too", async () => {
  const { fixture } = given;
  const project = await fixture.project({ files: { "index.mjs": esm } });
  // Without dependsOn the second key would be created at the same time.
  await fixture.control.addFault({ operation: "createKey", kind: "delay", afterCommitMs: 1_500 });
  await project.up();
  const [first, second] = [await project.key("first"), await project.key("second")];
  expect(first.name).toMatch(/^esm-[0-9a-f]{10}$/);
  expect(await project.outputs()).toEqual({ key: first.token, header: `Basic ${second.token}` });
  const posted = (await fixture.control.requests()).filter(({ method }) => method === "POST");
  expect(posted.map(({ keyName }) => keyName)).toEqual([first.name, second.name]);
  expect(posted[1].at - posted[0].at).toBeGreaterThanOrEqual(1_500);
  await project.destroy();
});

test("a CommonJS program's --json output and event log show the keys but no token", async () => {
  const project = await given.fixture.project({
    program: `exports.key = new payengine.ApiKey("checkout", { type: "private" }).token;`,
  });
  const preview = JSON.parse((await project.ok("preview", "--json")).stdout);
  expect(preview.changeSummary).toEqual({ create: 2 });
  for (const command of ["up", "refresh"]) {
    const events = (await project.ok(command, "--json", "--skip-preview")).stdout;
    expect(events).toContain("payengine:ApiKey::checkout");
  }
  const log = await readFile(join(project.folder, "events-2.json"), "utf8");
  expect(log).toContain((await project.key("checkout")).name);
  expect((await project.ok("destroy", "--json", "--skip-preview")).stdout).toContain(
    "payengine:ApiKey::checkout",
  );
});
