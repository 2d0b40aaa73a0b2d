import { findOrphans, openStack, type PulumiStack, revokeOrphans } from "../../recovery";
import { useStage } from "../e2e/harness/stage";
import { type CommandOptions, linesOf, payengine } from "./command";
import { changeState, creating, key, longAgo, makeKey, provider, root } from "./planted-state";

const given = useStage();

const REVOKE = ["orphans", "--revoke", "--yes", "--min-age", "0s"];
const NONE = "No orphaned keys of stack dev were found.";
const NAME = "shop-dev-web-0123456789";
const OPERATION = "  creating urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey::web";
const CLEARED = "Cleared 1 pending operation.";
const UNPROVEN =
  "it is not proven that web was asked for in the account where it was looked for (acct_sandbox); set payengine:accountId to the one that is right, or clear them with `pulumi refresh --clear-pending-creates` if you know that it was";

/** A stack with one creation pending. */
async function projectWithPending(time = longAgo(), at = provider("dev")) {
  const project = await given.stage.project({});
  await changeState(project, (state) => {
    state.manifest.time = time;
    state.resources = [root("dev"), at];
    state.pending_operations = [creating(key(at, "web", NAME))];
  });
  return project;
}

type Project = Awaited<ReturnType<typeof projectWithPending>>;

const pin = (project: Project) => project.ok("config", "set", "payengine:accountId", "acct_sandbox");

const pendingOf = async (project: Project) => (await project.deployment()).pending_operations?.length ?? 0;

async function revoke(project: Project, options: CommandOptions = {}): Promise<[number | null, string[]]> {
  const { exitCode, stdout } = await payengine(project, REVOKE, options);
  return [exitCode, linesOf(stdout)];
}

const kept = (why: string) => [
  2,
  [NONE, `Pending operations (they stay in state: ${why}):`, OPERATION, "Revoked 0 of 0 keys."],
];

test("where no key is found, the account that config names after the crash is what proves its absence", async () => {
  const project = await projectWithPending();
  expect(await revoke(project)).toEqual(kept(UNPROVEN));
  expect(await pendingOf(project)).toBe(1);
  await pin(project);
  expect(await revoke(project)).toEqual([
    0,
    [NONE, "Pending operations (--revoke clears them):", OPERATION, "Revoked 0 of 0 keys.", CLEARED],
  ]);
  expect(await pendingOf(project)).toBe(0);
});

test("another key of the same provider does not prove it: it may have been made with another credential", async () => {
  const { stage } = given;
  const project = await projectWithPending();
  const sibling = await makeKey(stage, "shop-dev-api-0123456789");
  await changeState(project, (state) => {
    state.resources?.push(key(provider("dev"), "api", "shop-dev-api-0123456789", sibling.outputs));
  });
  expect(await revoke(project)).toEqual(kept(UNPROVEN));
  expect(await pendingOf(project)).toBe(1);
});

test("what cannot be pinned is cleared by hand: the settings of an explicit provider stand in state", async () => {
  const { stage } = given;
  const at = provider("dev", "team", {
    "payengine:provider": "team",
    "payengine:apiUrl": stage.sandbox.url,
    "payengine:credentialEnv": "TEAM_KEY",
  });
  const project = await projectWithPending(longAgo(), at);
  const env = { TEAM_KEY: stage.credential };
  const why = UNPROVEN.replace("set payengine:accountId to the one that is right, or ", "");
  expect(await revoke(project, { env })).toEqual(kept(why));
});

test("when clearing fails after the key was revoked, the next run clears", async () => {
  const { stage } = given;
  const project = await projectWithPending();
  await pin(project);
  await makeKey(stage, NAME);
  const env = { PAYENGINE_API_KEY: stage.credential };
  const [exitCode, lines] = await revoke(project, { env, without: ["PULUMI_CONFIG_PASSPHRASE"] });
  expect([exitCode, lines.slice(-2)]).toEqual([
    2,
    ["Revoked 1 of 1 key.", expect.stringMatching(/^Could not clear 1 pending operation: .*passphrase/)],
  ]);
  const [again, said] = await revoke(project);
  expect([again, said.at(-1), await pendingOf(project)]).toEqual([0, CLEARED, 0]);
});

test("whatever --min-age says, a name is not dropped while its request may still make a key", async () => {
  const { stage } = given;
  const project = await projectWithPending(new Date().toISOString());
  await pin(project);
  const why = "a request for web may still take effect until <time>; run this again after that";
  expect(await revoke(project)).toEqual(kept(why));

  // A later attempt's key is not what the first request has made.
  await makeKey(stage, `${NAME}-r2`);
  const [exitCode, lines] = await revoke(project);
  expect([exitCode, lines[2], lines.at(-1)]).toEqual([
    2,
    `Pending operations (they stay in state: ${why}):`,
    "Revoked 1 of 1 key.",
  ]);
  expect(await pendingOf(project)).toBe(1);

  await makeKey(stage, NAME);
  const [late, said] = await revoke(project);
  expect([late, said.slice(-2), await pendingOf(project)]).toEqual([0, ["Revoked 1 of 1 key.", CLEARED], 0]);
});

test.each([
  ["30s by default", undefined, 510_000],
  ["as config has it", "10s", 290_000],
])(
  "an operation lasts eleven request timeouts and three minutes at most: %s",
  async (_what, timeout, expected) => {
    const time = longAgo();
    const project = await projectWithPending(time);
    await pin(project);
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
  await makeKey(given.stage, NAME);
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
    "somebody has locked the stack meanwhile; run this again when it is free",
  ]);
  expect(await pendingOf(project)).toBe(1);
});

test("nobody is told to add --yes where it would do nothing", async () => {
  const project = await projectWithPending();
  const { exitCode, stderr } = await payengine(project, ["orphans", "--revoke", "--min-age", "0s"]);
  expect([exitCode, stderr]).toEqual([2, ""]);
});
