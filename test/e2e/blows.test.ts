import { setTimeout as sleep } from "node:timers/promises";
import { held, pending, quiet, revokeOrphans, upUntil } from "./harness/blows";
import { later } from "./harness/later";
import { kill, pluginsIn, until } from "./harness/processes";
import type { Project } from "./harness/project";
import { type Stage, useStage } from "./harness/stage";

const given = useStage();

const program = `for (const name of ["a", "b"]) new payengine.ApiKey(name, { type: "private" });`;

const projectOf = (stage: Stage) => stage.project({ program });

/** What the runbook says after a crash, some minutes later; then both keys are there. */
async function mend(project: Project): Promise<void> {
  await quiet(project);
  await project.ok("cancel", "--yes");
  const { exitCode, stderr } = await later(project, () => revokeOrphans(project));
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

test("the CLI killed before a request for a key", async () => {
  const { stage } = given;
  await stage.control.addFault(held("merchant"));
  const project = await projectOf(stage);
  const { cli, ended } = await upUntil(stage, project, pending("merchant"));
  kill(cli);
  await ended;
  expect((await pendingIn(project)).sort()).toEqual(["a", "b"]);
  await mend(project);
});

test("the CLI killed while one key is made and the other is asked for", async () => {
  const { stage } = given;
  await stage.control.addFault(held("createKey", { keyName: "-b-" }));
  const project = await projectOf(stage);
  const { cli, ended } = await upUntil(
    stage,
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
  await mend(project);
  expect((await project.key("a")).token).toBe(token);
});

test.each([
  ["has not taken effect", { beforeCommitMs: 2_000, afterCommitMs: 0 }],
  ["has taken effect", { beforeCommitMs: 0, afterCommitMs: 2_000 }],
])(
  "the plugin killed alone while a request %s: its key is revoked, and the next up makes both",
  async (_when, delay) => {
    const { stage } = given;
    await stage.control.addFault(held("createKey", { times: "always", ...delay }));
    const project = await projectOf(stage);
    const { ended } = await upUntil(stage, project, (requests) => {
      return requests.filter(({ operation }) => operation === "createKey").length === 2;
    });
    for (const plugin of await pluginsIn(project.folder)) kill(plugin);
    expect((await ended).exitCode).toBe(255);
    // The engine takes it for a plain failure: state does not know of any key.
    expect([await pendingIn(project), await project.keys()]).toEqual([[], []]);
    await quiet(project);
    expect((await stage.control.keys()).map(({ credential, status }) => [credential, status])).toEqual([
      [false, "revoked"],
      [false, "revoked"],
      [true, "active"],
    ]);
    await stage.control.clearFaults();
    await mend(project);
  },
);

test("Ctrl-C once: what is under way comes to its end and is in state", async () => {
  const { stage } = given;
  await stage.control.addFault(held("createKey", { times: "always" }));
  const project = await projectOf(stage);
  const { cli, ended } = await upUntil(stage, project, pending("createKey"));
  kill(cli, "SIGINT");
  expect((await ended).exitCode).not.toBe(0);
  expect(await pendingIn(project)).toEqual([]);
  await stage.control.clearFaults();
  await mend(project);
});

test("Ctrl-C twice: the CLI gives up, and what it left is found by name", async () => {
  const { stage } = given;
  await stage.control.addFault(held("createKey", { times: "always" }));
  const project = await projectOf(stage);
  const { cli, ended } = await upUntil(stage, project, pending("createKey"));
  kill(cli, "SIGINT");
  // Two at the same moment are one to the kernel.
  await sleep(200);
  kill(cli, "SIGINT");
  expect((await ended).exitCode).not.toBe(0);
  await stage.control.clearFaults();
  await mend(project);
});
