import { findOrphans, openStack, type PulumiStack, revokeOrphans } from "../../recovery";
import { useFixture } from "../e2e/harness/fixture";
import { linesOf, type PayengineOptions, payengine } from "./command";
import { projectWithKey } from "./one-key-project";
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

const REVOKE = ["orphans", "--revoke", "--yes", "--min-age", "0s"];
const NONE = "Found no orphaned keys of stack dev.";
const NAME = "shop-dev-web-0123456789";
const OPERATION = "  creating urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey::web";
const CLEARED = "Cleared 1 pending operation.";

/** A stack with one pending creation that the stack's own credential began. */
async function projectWithPending(time = longAgo()) {
  const project = await given.fixture.project({});
  const at = provider("dev");
  await changeState(project, (state) => {
    state.manifest.time = time;
    state.resources = [root("dev"), at];
    state.pending_operations = [creating(storedKey(at, "web", NAME), placeOf(given.fixture))];
  });
  return project;
}

type Project = Awaited<ReturnType<typeof projectWithPending>>;

const pendingOf = async (project: Project) => (await project.deployment()).pending_operations?.length ?? 0;

async function revoke(project: Project, options: PayengineOptions = {}): Promise<[number | null, string[]]> {
  const { exitCode, stdout } = await payengine(project, REVOKE, options);
  return [exitCode, linesOf(stdout)];
}

const kept = (why: string) => [
  2,
  [NONE, `Pending operations (kept in state: ${why}):`, OPERATION, "Revoked 0 of 0 keys."],
];

test("the credential that began an operation proves, without a pin, that its key does not exist", async () => {
  const project = await projectWithPending();
  expect(await revoke(project)).toEqual([
    0,
    [NONE, "Pending operations (--revoke clears them):", OPERATION, "Revoked 0 of 0 keys.", CLEARED],
  ]);
  expect(await pendingOf(project)).toBe(0);
});

test("the next run clears a pending operation when clearing failed after the revocation", async () => {
  const { fixture } = given;
  const project = await projectWithPending();
  await plantKey(fixture, NAME);
  const env = { PAYENGINE_API_KEY: fixture.credential };
  const [exitCode, lines] = await revoke(project, { env, without: ["PULUMI_CONFIG_PASSPHRASE"] });
  expect([exitCode, lines.slice(-2)]).toEqual([
    2,
    ["Revoked 1 of 1 key.", expect.stringMatching(/^Could not clear 1 pending operation: .*passphrase/)],
  ]);
  const [again, said] = await revoke(project);
  expect([again, said.at(-1), await pendingOf(project)]).toEqual([0, CLEARED, 0]);
});

test("orphans keeps a name, whatever --min-age says, while its request may still make a key", async () => {
  const { fixture } = given;
  const project = await projectWithPending(new Date().toISOString());
  const why = "a request for web may still take effect until <time>; run this again after that";
  expect(await revoke(project)).toEqual(kept(why));

  // A later attempt's key is not the key of the first request.
  await plantKey(fixture, `${NAME}-r2`);
  const [exitCode, lines] = await revoke(project);
  expect([exitCode, lines[2], lines.at(-1)]).toEqual([
    2,
    `Pending operations (kept in state: ${why}):`,
    "Revoked 1 of 1 key.",
  ]);
  expect(await pendingOf(project)).toBe(1);

  await plantKey(fixture, NAME);
  const [late, said] = await revoke(project);
  expect([late, said.slice(-2), await pendingOf(project)]).toEqual([0, ["Revoked 1 of 1 key.", CLEARED], 0]);
});

test.each([
  ["30s by default", undefined, 570_000],
  ["as config has it", "10s", 350_000],
])(
  "an operation lasts eleven request timeouts and four minutes at most: %s",
  async (_what, timeout, expected) => {
    const time = longAgo();
    const project = await projectWithPending(time);
    if (timeout !== undefined) await project.ok("config", "set", "payengine:requestTimeout", timeout);
    const stack = await openStack({ cwd: project.folder, env: project.env });
    const at = (age: number, minAge?: number) =>
      findOrphans(stack, { now: () => new Date(Date.parse(time) + age), minAge });
    const until = new Date(Date.parse(time) + expected);
    const before = await at(expected - 1);
    expect([before.waitUntil, before.keepPending]).toEqual([
      until,
      `a request for web may still take effect until ${until.toISOString()}; run this again after that`,
    ]);
    const { waitUntil, keepPending } = await at(expected - 1, 0);
    expect([waitUntil, keepPending]).toEqual([undefined, before.keepPending]);
    const after = await at(expected);
    expect([after.waitUntil, after.keepPending]).toEqual([undefined, undefined]);
  },
);

test.each([
  ["before the state is read again", 2],
  ["after the state was read again", 3],
])("an update that takes the lock %s keeps the pending operations", async (_what, nth) => {
  const project = await projectWithPending();
  await plantKey(given.fixture, NAME);
  const real = await openStack({ cwd: project.folder, env: project.env });
  let looks = 0;
  const meanwhile: PulumiStack = {
    ...real,
    lock: async () =>
      ++looks >= nth ? { owner: "ci", host: "runner", pid: 1, since: new Date() } : undefined,
  };
  const report = await revokeOrphans(meanwhile, { minAge: 0 });
  expect([report.revoked.length, report.clearedPending, report.clearProblem]).toEqual([
    1,
    false,
    "another process has locked the stack; run this again when it is free",
  ]);
  expect(await pendingOf(project)).toBe(1);
});

test("orphans does not suggest --yes where it would do nothing", async () => {
  const project = await projectWithPending(new Date().toISOString());
  const { exitCode, stderr } = await payengine(project, ["orphans", "--revoke", "--min-age", "0s"]);
  expect([exitCode, stderr]).toEqual([2, ""]);
});

test.each(["deleting", "updating"])(
  "%s a key that state still holds is no reason to keep pending operations",
  async (type) => {
    const { project } = await projectWithKey(given.fixture);
    await changeState(project, (state) => {
      state.manifest.time = longAgo();
      const [key] = (state.resources ?? []).slice(-1);
      state.pending_operations = [{ type, resource: key }];
    });
    expect((await revoke(project))[0]).toBe(0);
    expect(await pendingOf(project)).toBe(0);
    expect(await project.keys()).toHaveLength(1);
  },
);
