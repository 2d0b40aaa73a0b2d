import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openStack, revokeOrphans } from "../../recovery";
import { useFixture } from "../e2e/harness/fixture";
import { until } from "../e2e/harness/processes";
import type { Project } from "../e2e/harness/project";
import { linesOf, payengine } from "./command";
import { keyNameOf, projectWithKey } from "./one-key-project";
import {
  changeState,
  creating,
  longAgo,
  placeOf,
  plantKey,
  provider,
  root,
  storedKey,
} from "./planted-state";

const given = useFixture();

const NONE = "Found no orphaned keys of stack dev.";
const LOCKS = "backend/.pulumi/locks/organization/shop/dev";

/** A stack whose state was just written, with one pending creation. */
async function projectWithPending() {
  const project = await given.fixture.project({});
  const at = provider("dev");
  await changeState(project, (state) => {
    state.manifest.time = new Date().toISOString();
    state.resources = [root("dev"), at];
    state.pending_operations = [creating(storedKey(at, "web", keyNameOf("web", 1)), placeOf(given.fixture))];
  });
  return project;
}

/** Ends the time of its last operation. */
function settle(project: Project): Promise<void> {
  return changeState(project, ({ manifest }) => {
    manifest.time = longAgo();
  });
}

test("orphans does not wait after a successful up", async () => {
  const project = await given.fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
  });
  await project.up();
  const { exitCode, stdout, stderr } = await payengine(project, ["orphans", "--revoke", "--yes"]);
  expect([exitCode, stdout, stderr]).toEqual([0, `${NONE}\n`, ""]);
});

test("an orphan of a resource in state is not revoked until no operation can be running", async () => {
  const { project } = await projectWithKey(given.fixture);
  await changeState(project, ({ manifest }) => {
    manifest.time = new Date().toISOString();
  });
  const { id } = await plantKey(given.fixture, `${keyNameOf("web", 1)}-g2`);
  const { exitCode } = await payengine(project, ["orphans", "--revoke", "--yes"]);
  expect([exitCode, (await given.fixture.liveKeys()).map((key) => key.id)]).toEqual([
    3,
    expect.arrayContaining([id]),
  ]);
  given.fixture.leftAlive.add(id);
});

test("orphans does not revoke the key of a running up, on a backend that shows no lock", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
  });
  await fixture.control.addFault({ operation: "createKey", kind: "delay", afterCommitMs: 20_000 });
  const up = project.up();
  await until("PayEngine has made the key", async () => (await fixture.liveKeys()).length > 0 || undefined);
  const stack = await openStack({ cwd: project.folder, env: project.env });
  const report = await revokeOrphans({ ...stack, lock: async () => undefined });
  expect(report).toMatchObject({ orphans: [{ resource: "checkout" }], revoked: [], clearedPending: false });
  expect(report.waitUntil).toBeInstanceOf(Date);
  await up;
});

test("--wait waits until no operation can be running, says so, and then revokes", async () => {
  const project = await projectWithPending();
  const { id } = await plantKey(given.fixture, keyNameOf("web", 1));
  const { exitCode, stdout, stderr } = await payengine(project, ["orphans", "--revoke", "--yes", "--wait"], {
    onErrorOutput: () => settle(project),
  });
  expect([exitCode, linesOf(stderr), linesOf(stdout).slice(-2)]).toEqual([
    0,
    ["Waiting up to 15 minutes: an operation may still be running until <time>."],
    ["Revoked 1 of 1 key.", "Cleared 1 pending operation."],
  ]);
  expect((await given.fixture.control.keys()).find((key) => key.id === id)?.status).toBe("revoked");
});

test("--wait ends after its limit and then reports the reason, as without --wait", async () => {
  const project = await projectWithPending();
  const { exitCode, stdout, stderr } = await payengine(project, [
    "orphans",
    "--revoke",
    "--yes",
    "--wait",
    "1s",
  ]);
  expect([exitCode, linesOf(stderr), linesOf(stdout).at(-1)]).toEqual([
    3,
    ["Waiting up to 1 second: an operation may still be running until <time>."],
    "An operation may still be running until <time>. Run this again after that, or add --wait.",
  ]);
});

test("--wait waits until the lock is released", async () => {
  const { project } = await projectWithKey(given.fixture);
  const lock = join(project.folder, LOCKS, "1.json");
  await mkdir(join(project.folder, LOCKS), { recursive: true });
  await writeFile(
    lock,
    JSON.stringify({ pid: 1, username: "ci", hostname: "runner", timestamp: new Date().toISOString() }),
  );
  const { exitCode, stdout, stderr } = await payengine(project, ["orphans", "--wait"], {
    onErrorOutput: () => rm(lock),
  });
  expect([exitCode, stdout, stderr]).toEqual([
    0,
    `${NONE}\n`,
    "Waiting up to 15 minutes: ci on runner (process 1) holds the lock on the stack.\n",
  ]);
});
