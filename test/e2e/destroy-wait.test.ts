import { setTimeout as sleep } from "node:timers/promises";
import { changeState } from "../cli/planted-state";
import { type Fixture, useFixture } from "./harness/fixture";
import { quiet, runOrphansRevoke } from "./harness/interruptions";
import { later } from "./harness/later";
import { kill, until } from "./harness/processes";

const given = useFixture();

/** Keys for each of which a lost request may still create another one, for a minute. */
async function projectAfterLostRequests(fixture: Fixture, names: readonly string[]) {
  await fixture.control.addFault({
    operation: "createKey",
    kind: "dropBeforeCommit",
    times: names.length,
  });
  const project = await fixture.project({
    program: `for (const name of ${JSON.stringify(names)}) new payengine.ApiKey(name, { type: "private" });`,
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:requestTimeout": "5s" },
  });
  await project.up();
  expect((await project.keys()).map(({ pendingAction }) => pendingAction)).toEqual(
    names.map(() => "reconcile"),
  );
  return project;
}

test.each([
  ["at the same time, waiting for all at once", [], 2],
  ["one after another, waiting once", ["--parallel", "1"], 1],
])("destroy waits for lost requests and then deletes the keys %s", async (_how, flags, waits) => {
  const { fixture } = given;
  const project = await projectAfterLostRequests(fixture, ["a", "b"]);
  // Not the whole minute.
  const moment = new Date(Date.now() + 20_000).toISOString();
  await changeState(project, ({ resources = [] }) => {
    for (const { outputs } of resources) if (outputs?.reconcileAfter) outputs.reconcileAfter = moment;
  });
  const { stdout } = await project.destroy(...flags);
  const [, diagnostics = ""] = stdout.split("Diagnostics:");
  expect(diagnostics.match(/Waiting until .* before "shop-dev-[ab]-/g)).toHaveLength(waits);
  expect(await project.keys()).toEqual([]);
});

test("a second Ctrl-C ends a waiting destroy; the next destroy succeeds, with or without orphans in between", async () => {
  const { fixture } = given;
  const project = await projectAfterLostRequests(fixture, ["a"]);
  await fixture.control.clearRequests();
  let cli = 0;
  const ended = project.run(["destroy", "--skip-preview"], {
    onStart: (pid) => {
      cli = pid;
    },
  });
  await until("the key is to be deleted", async () => {
    const requests = await fixture.control.requests();
    return (
      requests.some(({ operation, answered }) => operation === "listKeys" && answered === 200) || undefined
    );
  });
  kill(cli, "SIGINT");
  // The kernel merges two signals at the same moment.
  await sleep(200);
  kill(cli, "SIGINT");
  expect((await ended).exitCode).not.toBe(0);
  await quiet(project);
  const pending = async () => ((await project.deployment()).pending_operations ?? []).map(({ type }) => type);
  expect(await pending()).toEqual(["deleting"]);
  await project.ok("cancel", "--yes");
  const { exitCode } = await later(project, () => runOrphansRevoke(project));
  expect([exitCode, await pending()]).toEqual([0, []]);
  await later(project, () => project.destroy());
  expect(await project.keys()).toEqual([]);
});
