import { commonJs, useFixture } from "../e2e/harness/fixture";
import { held, pending, quiet, runOrphansRevoke, upUntil } from "../e2e/harness/interruptions";
import { later } from "../e2e/harness/later";
import { kill, pluginsIn } from "../e2e/harness/processes";
import type { Project } from "../e2e/harness/project";

const given = useFixture();
const DAY = 86_400_000;

const checkout = (count: number) =>
  `exports.key = new payengine.ApiKey("checkout", {
    type: "private", rotation: { triggers: { count: ${count} }, overlap: "1d" },
  }).token;`;

const steps = {
  "while the list is tried": { operation: "listKeys" },
  "while the list is looked through": { operation: "listKeys", skip: 1 },
  "during the POST": { operation: "createKey" },
  "after the POST took effect": { operation: "createKey", beforeCommitMs: 0 },
  "while the new key is tried": { operation: "merchant" },
  "while the previous key is revoked": { operation: "revokeKey" },
} as const;

type Step = keyof typeof steps;

/** Kills one process at a step of the rotation, and waits for the rest to end. */
async function killedAt(project: Project, when: Step, who: "CLI" | "plugin"): Promise<void> {
  const { fixture } = given;
  const { operation, ...more } = steps[when];
  await fixture.control.clearRequests();
  await fixture.control.addFault(held(operation, more));
  const { cli, ended } = await upUntil(fixture, project, pending(operation));
  if (who === "CLI") kill(cli);
  else for (const pid of await pluginsIn(project.folder)) kill(pid);
  await ended;
  await quiet(project);
  await fixture.control.clearFaults();
}

test.each([
  ["CLI", "while the list is tried"],
  ["CLI", "while the list is looked through"],
  ["CLI", "during the POST"],
  ["CLI", "while the new key is tried"],
  ["plugin", "after the POST took effect"],
] as const)(
  "a %s killed %s loses no key in use, and the next up revokes every other key",
  async (who, when) => {
    const { fixture } = given;
    const project = await fixture.project({ program: checkout(0) });
    await project.up();
    const first = await project.key("checkout");
    await project.write({ "index.js": commonJs(checkout(1)) });
    await killedAt(project, when, who);
    expect(await fixture.authenticates(first.token ?? "")).toBe(true);
    if (who === "CLI") await project.ok("cancel", "--yes");

    await project.up();
    const second = await project.key("checkout");
    expect(second).toMatchObject({ previousKeyId: first.keyId, previousToken: first.token });
    const live = (await fixture.liveKeys()).map(({ id }) => id);
    expect(live.sort()).toEqual([first.keyId, second.keyId].sort());
  },
);

test("orphans --revoke revokes an interrupted rotation's key once the trigger is set back", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: checkout(0) });
  await project.up();
  const first = await project.key("checkout");
  await project.write({ "index.js": commonJs(checkout(1)) });
  await killedAt(project, "after the POST took effect", "plugin");
  expect(await fixture.liveKeys()).toHaveLength(2);

  await project.write({ "index.js": commonJs(checkout(0)) });
  await project.up("--expect-no-changes");
  const { exitCode, stdout } = await later(project, () => runOrphansRevoke(project));
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining(`${first.name}-g2`) });
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([first.keyId]);
});

test("the next up revokes the previous key after the CLI was killed during its revocation", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: checkout(0) });
  await project.up();
  await project.write({ "index.js": commonJs(checkout(1)) });
  await project.up();
  const second = await project.key("checkout");
  await later(project, () => killedAt(project, "while the previous key is revoked", "CLI"), 2 * DAY);
  await project.ok("cancel", "--yes");
  await later(project, () => project.up(), 2 * DAY);
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([second.keyId]);
  expect((await project.key("checkout")).previousKeyId).toBeUndefined();
});
