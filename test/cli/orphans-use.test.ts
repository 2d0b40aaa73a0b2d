import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openStack, type PulumiStack, revokeOrphans } from "../../recovery";
import { useFixture } from "../e2e/harness/fixture";
import { linesOf, payengine, payengineAtTerminal } from "./command";
import { changeState, creating, placeOf, plantKey, provider, root, storedKey } from "./planted-state";

const given = useFixture();

const NAME = "shop-dev-web-0123456789";
const LOCKS = "backend/.pulumi/locks/organization/shop/dev";

/** A stack with one pending creation and its live key. */
async function projectWithOrphan() {
  const project = await given.fixture.project({});
  const at = provider("dev");
  await changeState(project, (state) => {
    state.resources = [root("dev"), at];
    state.pending_operations = [creating(storedKey(at, "web", NAME), placeOf(given.fixture))];
  });
  const { id } = await plantKey(given.fixture, NAME);
  return { project, id };
}

async function isLive(id: string): Promise<boolean> {
  return (await given.fixture.liveKeys()).some((live) => live.id === id);
}

test("orphans neither asks nor revokes without a terminal or in CI", async () => {
  const { project, id } = await projectWithOrphan();
  const args = ["orphans", "--revoke", "--min-age", "0s"];
  const why = "Nothing was revoked: this is not an interactive terminal. Add --yes to revoke without asking.";
  const piped = await payengine(project, args);
  expect([piped.exitCode, piped.stderr]).toEqual([2, `${why}\n`]);
  const ci = await payengineAtTerminal(project, args, "y\n", { env: { CI: "true" } });
  expect([ci.exitCode, ci.stdout.includes(why), ci.stdout.includes("[y/N]")]).toEqual([2, true, false]);
  expect(await isLive(id)).toBe(true);

  const no = await payengineAtTerminal(project, args, "n\n");
  expect([no.exitCode, no.stdout.includes("Clear 1 pending operation? [y/N]")]).toEqual([2, false]);
  expect(no.stdout).toContain("Revoke 1 key and clear 1 pending operation? [y/N] ");
  expect(await isLive(id)).toBe(true);

  const yes = await payengineAtTerminal(project, args, "y\n");
  expect([yes.exitCode, linesOf(yes.stdout).slice(-2)]).toEqual([
    0,
    [expect.stringMatching(/Revoked 1 of 1 key\.$/), "Cleared 1 pending operation."],
  ]);
  expect(await isLive(id)).toBe(false);
});

test("orphans revokes only the keys that it showed, and a later key keeps the pending operations", async () => {
  const { project, id } = await projectWithOrphan();
  const stack = await openStack({ cwd: project.folder, env: project.env });
  const report = await revokeOrphans(stack, { minAge: 0, only: [] });
  expect([report.orphans.map(({ keyId }) => keyId), report.revoked, report.clearedPending]).toEqual([
    [id],
    [],
    false,
  ]);
  expect(await isLive(id)).toBe(true);
  expect((await revokeOrphans(stack, { minAge: 0 })).clearedPending).toBe(true);
});

test("orphans does not touch a key that a concurrent update stores, whatever --min-age says", async () => {
  const { fixture } = given;
  const { project, id } = await projectWithOrphan();
  const [{ publicValue: token }] = await fixture.liveKeys();
  const real = await openStack({ cwd: project.folder, env: project.env });
  let exports = 0;
  const meanwhile: PulumiStack = {
    ...real,
    async exportState() {
      if (++exports === 2) {
        await changeState(project, (state) => {
          const [operation] = state.pending_operations ?? [];
          const outputs = { ...operation.resource.inputs, name: NAME, keyId: id, token };
          state.resources?.push({ ...operation.resource, id: NAME, outputs });
          state.pending_operations = [];
          state.manifest.time = new Date().toISOString();
        });
      }
      return real.exportState();
    },
  };
  const report = await revokeOrphans(meanwhile, { minAge: 0 });
  expect(report).toMatchObject({
    orphans: [],
    revoked: [],
    clearedPending: false,
    waitUntil: expect.any(Date),
  });
  expect(await isLive(id)).toBe(true);
});

test("pending operations stay when state changes between finding and clearing", async () => {
  const { project } = await projectWithOrphan();
  const real = await openStack({ cwd: project.folder, env: project.env });
  let exports = 0;
  const meanwhile: PulumiStack = {
    ...real,
    async exportState() {
      if (++exports === 3) {
        await changeState(project, ({ manifest }) => {
          manifest.time = new Date().toISOString();
        });
      }
      return real.exportState();
    },
  };
  const report = await revokeOrphans(meanwhile, { minAge: 0 });
  expect([report.revoked.length, report.clearedPending, report.clearProblem]).toEqual([
    1,
    false,
    "the state has changed; run this again",
  ]);
  expect((await project.deployment()).pending_operations).toHaveLength(1);
});

test.each([
  [
    "the file:// form of a relative folder",
    "file://./backend?no_tmp_dir=true",
    '{"pid":1,"username":"ci","hostname":"runner"',
  ],
  ["an absolute folder, with a lock that is just being written", undefined, ""],
])("orphans sees a lock on %s and never clears it", async (_what, url, text) => {
  const { project, id } = await projectWithOrphan();
  await mkdir(join(project.folder, LOCKS), { recursive: true });
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const file = join(project.folder, LOCKS, "1.json");
  await writeFile(file, text && `${text},"timestamp":"${since}"}`);
  const env: Record<string, string> = url === undefined ? {} : { PULUMI_BACKEND_URL: url };
  // Named, because newer CLIs remember the selected stack for each backend URL.
  const args = ["orphans", "--stack", project.stack, "--revoke", "--yes", "--min-age", "0s"];
  const { exitCode, stdout } = await payengine(project, args, { env });
  const who =
    text === ""
      ? "an unknown user on an unknown host \\(process 0\\) has held the lock for \\d+ (ms|seconds?)"
      : "ci on runner \\(process 1\\) has held the lock for 1 hour";
  expect(exitCode).toBe(3);
  expect(linesOf(stdout).at(-1)).toMatch(new RegExp(`^The stack is locked: ${who}\\. `));
  expect(await isLive(id)).toBe(true);
  await rm(file);
  given.fixture.leftAlive.add(id);
});
