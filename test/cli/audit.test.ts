import { useFixture } from "../e2e/harness/fixture";
import { linesOf, payengine } from "./command";
import { keyNameOf, projectWithKey } from "./one-key-project";
import { changeState, creating, placeOf, plantKey, provider, root, storedKey } from "./planted-state";

const given = useFixture();

const AUDIT = ["audit", "--min-age", "0s"];

test("audit exits with 0 and says so when account and state agree", async () => {
  const { project } = await projectWithKey(given.fixture);
  given.fixture.leftAlive.add((await plantKey(given.fixture, "made by hand")).id);
  const { exitCode, stdout, stderr } = await payengine(project, AUDIT);
  expect([exitCode, linesOf(stdout), stderr]).toEqual([
    0,
    ["Account at <address>/api: 3 live keys, 2 foreign", "Keys of dev: 1 managed"],
    "",
  ]);
  const all = await payengine(project, [...AUDIT, "--all"]);
  expect([all.exitCode, linesOf(all.stdout)[1]]).toEqual([
    0,
    "managed  nothing  dev  web  shop-dev-web-<digits>  <id>  <host>  <time>  never",
  ]);
});

test("audit assigns a category and an action to each key of two stacks and an exported file", async () => {
  const { fixture } = given;
  const { project, at } = await projectWithKey(given.fixture);
  const make = (resource: string, digit: number) => plantKey(fixture, keyNameOf(resource, digit));
  const alone = async (made: Promise<{ id: string; outputs: Record<string, unknown> }>) => {
    const { id, outputs } = await made;
    fixture.leftAlive.add(id);
    return { id, outputs };
  };
  const [gone, rotated] = [await make("gone", 2), await make("rotated", 3)];
  const overdue = await alone(make("rotated", 4));
  const kept = await alone(make("rotated", 5));
  await alone(make("lost", 6));
  await alone(plantKey(fixture, `${keyNameOf("web", 1)}-r2`));
  await alone(make("elsewhere", 7));
  // Suffixes that this resource cannot have used yet, or never uses.
  await alone(plantKey(fixture, `${keyNameOf("web", 1)}-g9`));
  await alone(plantKey(fixture, `${keyNameOf("web", 1)}-g1`));
  const other = await alone(make("other", 8));
  const filed = await alone(make("filed", 9));
  await fixture.control.revokeKey(gone.id);

  const past = { previousKeyId: overdue.id, previousRevokeAt: "2020-01-01T00:00:00Z" };
  const future = { previousKeyId: kept.id, previousRevokeAt: "2999-01-01T00:00:00Z" };
  await changeState(project, (state) => {
    state.resources?.push(
      storedKey(at, "gone", keyNameOf("gone", 2), { ...gone.outputs, createdAt: "2026-01-01T00:00:00Z" }),
      storedKey(at, "rotated", keyNameOf("rotated", 3), { ...rotated.outputs, ...past }),
    );
    state.pending_operations = [creating(storedKey(at, "lost", keyNameOf("lost", 6)), placeOf(fixture))];
  });
  const file = {
    version: 3,
    deployment: {
      manifest: { time: new Date().toISOString() },
      resources: [at, storedKey(at, "filed", keyNameOf("filed", 9), { ...filed.outputs, ...future })],
    },
  };
  await project.write({ "other.json": JSON.stringify(file).replaceAll(":dev::", ":prod::") });
  await project.ok("stack", "init", "second", "--no-select");
  project.stack = "second";
  const atSecond = provider("second");
  await changeState(project, (state) => {
    state.resources = [
      root("second"),
      atSecond,
      storedKey(atSecond, "other", keyNameOf("other", 8), other.outputs),
    ];
  });
  project.stack = "dev";
  await project.write({ "Pulumi.second.yaml": `config:\n  payengine:apiUrl: ${fixture.sandbox.url}\n` });

  const sources = ["--stack", "dev", "--stack", "second", "--state", "other.json"];
  const env = { PAYENGINE_API_KEY: fixture.credential, PAYENGINE_API_URL: fixture.sandbox.url };
  const { exitCode, stdout, stderr } = await payengine(project, [...AUDIT, ...sources], { env });
  expect([exitCode, stderr]).toEqual([2, ""]);
  const orphanNote = "npx pulumi-payengine orphans --revoke --stack dev";
  const unmatchedNote =
    "in none of these states: add its stack, or --all-stacks; if no stack has it, revoke it in PayEngine's dashboard";
  expect(linesOf(stdout)).toEqual([
    "CATEGORY  WHAT TO DO  STACK  RESOURCE  KEY NAME  KEY ID  ACCOUNT  CREATED  LAST USED",
    `orphaned  ${orphanNote}  dev  lost  shop-dev-lost-<digits>  <id>  <host>  <time>  never`,
    `orphaned  ${orphanNote}  dev  web  shop-dev-web-<digits>-r2  <id>  <host>  <time>  never`,
    "overdue  its overlap ended <time>: run pulumi up  dev  rotated  shop-dev-rotated-<digits>  <id>  <host>  <time>  never",
    "gone  run pulumi refresh, then pulumi up, which creates a new key  dev  gone  shop-dev-gone-<digits>  <id>  <host>  <time>  never",
    `unmatched  ${unmatchedNote}  -  -  shop-dev-elsewhere-<digits>  <id>  <host>  <time>  never`,
    `unmatched  ${unmatchedNote}  -  -  shop-dev-web-<digits>-g1  <id>  <host>  <time>  never`,
    `unmatched  ${unmatchedNote}  -  -  shop-dev-web-<digits>-g9  <id>  <host>  <time>  never`,
    "Account at <address>/api: 12 live keys, 1 foreign",
    "Keys of dev, second, other.json: 5 managed, 3 unmatched, 1 gone, 1 overdue, 2 orphaned",
  ]);

  const json = JSON.parse((await payengine(project, [...AUDIT, ...sources, "--json"], { env })).stdout);
  expect(json.accounts).toEqual([{ apiUrl: fixture.sandbox.url, live: 12, foreign: 1 }]);
  expect([json.unreached, json.notAudited]).toEqual([[], []]);
  expect(json.keys.find((it: { keyId: string }) => it.keyId === kept.id)).toMatchObject({
    category: "managed",
    source: "other.json",
    note: "previous key until 2999-01-01T00:00:00.000Z",
  });
  expect(json.keys.find((it: { keyName: string }) => it.keyName === keyNameOf("lost", 6))).toEqual({
    category: "orphaned",
    source: "dev",
    resource: "lost",
    urn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey::lost",
    keyName: keyNameOf("lost", 6),
    keyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    apiUrl: fixture.sandbox.url,
    createdAt: expect.any(String),
    sharedWith: [],
    note: orphanNote,
  });
  // Removes the gone key from state too, for the fixture's final check.
  await changeState(project, (state) => {
    state.resources = state.resources?.filter(({ urn }) => !urn.endsWith("::gone"));
  });
});

test("audit finds the key of an interrupted first update, although state has no key", async () => {
  const { fixture } = given;
  const project = await fixture.project({});
  fixture.leftAlive.add((await plantKey(fixture, keyNameOf("web", 1))).id);
  const { exitCode, stdout } = await payengine(project, AUDIT);
  expect([exitCode, linesOf(stdout).slice(1)]).toEqual([
    2,
    [
      "unmatched  in none of these states: add its stack, or --all-stacks; if no stack has it, revoke it in PayEngine's dashboard  -  -  shop-dev-web-<digits>  <id>  <host>  <time>  never",
      "Account at <address>/api: 2 live keys, 1 foreign",
      "Keys of dev: 0 managed, 1 unmatched",
    ],
  ]);
});

test("audit checks the account of an explicit provider that no longer has keys", async () => {
  const { fixture } = given;
  const { project } = await projectWithKey(fixture);
  const { key: elsewhere } = await fixture.newCredential("production", "Admin");
  fixture.leftAlive.add((await plantKey(fixture, keyNameOf("web", 2), "public", elsewhere)).id);
  const team = provider("dev", "team", {
    "payengine:provider": "team",
    "payengine:apiUrl": fixture.sandbox.url,
    "payengine:credentialEnv": "TEAM_KEY",
  });
  await changeState(project, (state) => {
    state.resources?.push(team);
  });
  const unset = await payengine(project, AUDIT);
  expect([unset.exitCode, linesOf(unset.stdout)[0]]).toEqual([
    2,
    'Not checked: provider team of dev: payengine:apiKey is not set for the provider "team"; set its apiKey or the variable TEAM_KEY',
  ]);
  const { exitCode, stdout } = await payengine(project, AUDIT, { env: { TEAM_KEY: elsewhere } });
  expect([exitCode, linesOf(stdout).slice(1)]).toEqual([
    2,
    [
      expect.stringMatching(/^unmatched {2}.* {2}- {2}- {2}shop-dev-web-<digits>/),
      "Account at <address>/api: 2 live keys, 1 foreign",
      "Account at <address>/api: 2 live keys, 1 foreign",
      "Keys of dev: 1 managed, 1 unmatched",
    ],
  ]);
});

test("audit fails and says so when it cannot check any account", async () => {
  const { fixture } = given;
  const project = await fixture.project({ secrets: {} });
  const state = { version: 3, deployment: { manifest: { time: new Date().toISOString() } } };
  await project.write({ "empty.json": JSON.stringify(state) });
  const { exitCode, stdout } = await payengine(project, [
    ...AUDIT,
    "--stack",
    "dev",
    "--state",
    "empty.json",
  ]);
  expect([exitCode, linesOf(stdout)]).toEqual([
    2,
    [
      expect.stringMatching(
        /^Not checked: the default provider of dev: payengine:apiKey is not set; run `pulumi config set /,
      ),
      "Not checked: the default provider of empty.json: empty.json has no default provider; name the stack with --stack",
      "No account was checked, so it is unknown whether the keys of dev, empty.json work.",
    ],
  ]);
});
