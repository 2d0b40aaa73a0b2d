import { setTimeout as sleep } from "node:timers/promises";
import { type Fixture, useFixture } from "./harness/fixture";
import { held, pending, quiet, runOrphansRevoke, upUntil } from "./harness/interruptions";
import { later } from "./harness/later";
import { kill, pluginsIn, until } from "./harness/processes";
import type { Project } from "./harness/project";
import { hasFailed } from "./harness/run-program";

const given = useFixture();

const program = `for (const name of ["a", "b"]) new payengine.ApiKey(name, { type: "private" });`;

const projectOf = (fixture: Fixture) => fixture.project({ program });

/** Follows the runbook some minutes after a crash; then both keys exist. */
async function recover(project: Project): Promise<void> {
  await quiet(project);
  await project.ok("cancel", "--yes");
  const { exitCode, stderr } = await later(project, () => runOrphansRevoke(project));
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(await pendingIn(project)).toEqual([]);
  await project.up();
  const made = (await project.keys()).map(({ resource, token }) => [resource, token !== undefined]);
  expect(made).toEqual([
    ["a", true],
    ["b", true],
  ]);
}

const pendingIn = async (project: Project) =>
  ((await project.deployment()).pending_operations ?? []).map(({ resource }) =>
    resource.urn.split("::").at(-1),
  );

test("the next up creates the key after the CLI was killed before its request", async () => {
  const { fixture } = given;
  await fixture.control.addFault(held("merchant"));
  const project = await projectOf(fixture);
  const { cli, ended } = await upUntil(fixture, project, pending("merchant"));
  kill(cli);
  await ended;
  expect((await pendingIn(project)).sort()).toEqual(["a", "b"]);
  await recover(project);
});

test("the next up creates both keys after the CLI was killed between their requests", async () => {
  const { fixture } = given;
  await fixture.control.addFault(held("createKey", { keyName: "-b-" }));
  const project = await projectOf(fixture);
  const { cli, ended } = await upUntil(
    fixture,
    project,
    (requests) =>
      pending("createKey")(requests) &&
      requests.some((it) => it.keyName?.includes("-a-") && it.answered === 200),
  );
  await until("state holds the first key", async () => {
    return (await project.rawState()).includes("createdAt") || undefined;
  });
  kill(cli);
  await ended;
  expect(await pendingIn(project)).toEqual(["b"]);
  const { token } = await project.key("a");
  await recover(project);
  expect((await project.key("a")).token).toBe(token);
});

test.each([
  ["has not taken effect", { beforeCommitMs: 2_000, afterCommitMs: 0 }],
  ["has taken effect", { beforeCommitMs: 0, afterCommitMs: 2_000 }],
])(
  "the key of a plugin killed while a request %s is revoked, and the next up creates both",
  async (_when, delay) => {
    const { fixture } = given;
    await fixture.control.addFault(held("createKey", { times: "always", ...delay }));
    const project = await projectOf(fixture);
    const { ended } = await upUntil(fixture, project, (requests) => {
      return requests.filter(({ operation }) => operation === "createKey").length === 2;
    });
    for (const plugin of await pluginsIn(project.folder)) kill(plugin);
    expect(hasFailed(await ended)).toBe(true);
    // The engine treats it as a plain failure, so state names no key.
    expect([await pendingIn(project), await project.keys()]).toEqual([[], []]);
    await quiet(project);
    expect((await fixture.control.keys()).map(({ credential, status }) => [credential, status])).toEqual([
      [false, "revoked"],
      [false, "revoked"],
      [true, "active"],
    ]);
    await fixture.control.clearFaults();
    await recover(project);
  },
);

test("one Ctrl-C lets running creations finish and stores their keys in state", async () => {
  const { fixture } = given;
  await fixture.control.addFault(held("createKey", { times: "always" }));
  const project = await projectOf(fixture);
  const { cli, ended } = await upUntil(fixture, project, pending("createKey"));
  kill(cli, "SIGINT");
  expect((await ended).exitCode).not.toBe(0);
  expect(await pendingIn(project)).toEqual([]);
  await fixture.control.clearFaults();
  await recover(project);
});

test("a second Ctrl-C ends the CLI at once, and the next up finds leftover keys by name", async () => {
  const { fixture } = given;
  await fixture.control.addFault(held("createKey", { times: "always" }));
  const project = await projectOf(fixture);
  const { cli, ended } = await upUntil(fixture, project, pending("createKey"));
  kill(cli, "SIGINT");
  // The kernel merges two signals at the same moment.
  await sleep(200);
  kill(cli, "SIGINT");
  expect((await ended).exitCode).not.toBe(0);
  await fixture.control.clearFaults();
  await recover(project);
});
