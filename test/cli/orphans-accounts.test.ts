import { MERCHANT_IDS } from "payengine-sandbox";
import { useFixture } from "../e2e/harness/fixture";
import { linesOf, payengine } from "./command";
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

/** A stack with one creation pending in the account of the stack's config. */
async function projectWithPending(name = "shop-dev-web-0123456789") {
  const project = await given.fixture.project({});
  const at = provider("dev");
  await changeState(project, (state) => {
    state.manifest.time = longAgo();
    state.resources = [root("dev"), at];
    state.pending_operations = [creating(storedKey(at, "web", name), placeOf(given.fixture))];
  });
  return project;
}

test("orphans looks for each explicit provider's keys in its own account, by credentialEnv or state", async () => {
  const { fixture } = given;
  const fromEnv = await fixture.newCredential("production", "Developer");
  const fromState = await fixture.newCredential("production", "Admin");
  const project = await fixture.project({
    program: `
const apiUrl = new pulumi.Config("payengine").require("apiUrl");
const accountId = "${MERCHANT_IDS.production[0]}";
const options = (provider) => ({ provider });
new payengine.ApiKey("first", { type: "private" }, options(new payengine.Provider("env", { apiUrl, accountId, credentialEnv: "TEAM_KEY" })));
new payengine.ApiKey("second", { type: "private" }, options(new payengine.Provider("state", { apiUrl, accountId, apiKey: new pulumi.Config().require("key") })));
new payengine.ApiKey("third", { type: "private" });`,
    secrets: { "payengine:apiKey": fixture.credential, "shop:key": fromState.key },
    env: { TEAM_KEY: fromEnv.key },
  });
  await project.up();
  const names = (await project.keys()).map(({ name }) => name);
  for (const name of names.slice(0, 2)) await plantKey(fixture, `${name}-r2`, "private", fromEnv.key);
  await plantKey(fixture, `${names[2]}-r2`);
  // The right name in the wrong account.
  fixture.leftAlive.add((await plantKey(fixture, `${names[0]}-r3`)).id);

  const withoutState = await payengine(project, ["orphans", "--min-age", "0s"], {
    env: { PAYENGINE_API_KEY: fixture.credential },
    without: ["PULUMI_CONFIG_PASSPHRASE"],
  });
  expect([withoutState.exitCode, linesOf(withoutState.stdout)]).toEqual([
    2,
    [
      expect.stringMatching(
        /^Not checked: second: `pulumi stack export --show-secrets --stack dev` failed: .*passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables$/,
      ),
      expect.stringMatching(/^ACTION/),
      expect.stringMatching(/^none without --revoke {2}first {2}shop-dev-first-<digits>-r2/),
      expect.stringMatching(/^none without --revoke {2}third {2}shop-dev-third-<digits>-r2/),
    ],
  ]);

  const { exitCode, stdout } = await payengine(project, REVOKE);
  expect([exitCode, linesOf(stdout).at(-1)]).toEqual([0, "Revoked 3 of 3 keys."]);

  await changeState(project, ({ resources = [] }) => {
    for (const it of resources) it.provider = it.provider?.replace("::env::", "::lost::");
  });
  const lost = await payengine(project, ["orphans", "--min-age", "0s"]);
  expect([lost.exitCode, linesOf(lost.stdout)]).toEqual([
    2,
    [
      "Not checked: first: state does not have its provider, urn:pulumi:dev::shop::pulumi:providers:pulumi-nodejs::lost; look for its key by name in PayEngine's dashboard",
      "Found no other orphaned keys of stack dev.",
    ],
  ]);
  await changeState(project, ({ resources = [] }) => {
    for (const it of resources) it.provider = it.provider?.replace("::lost::", "::env::");
  });
});

test("concurrent runs over stacks that share an account revoke only each stack's own keys", async () => {
  const { fixture } = given;
  const [one, two] = [
    await projectWithPending("shop-dev-web-0123456789"),
    await projectWithPending("shop-dev-web-9876543210"),
  ];
  const mine = await plantKey(fixture, "shop-dev-web-0123456789");
  const theirs = await plantKey(fixture, "shop-dev-web-9876543210-r2");
  expect((await payengine(one, REVOKE)).exitCode).toBe(0);
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([theirs.id]);
  expect((await fixture.control.keys()).find(({ id }) => id === mine.id)?.status).toBe("revoked");

  const both = await Promise.all([payengine(two, REVOKE), payengine(two, REVOKE)]);
  expect(await fixture.liveKeys()).toEqual([]);
  // The second run may find the lock, or the state that the first one changed.
  for (const { exitCode, stderr } of both)
    expect([[0, 2, 3].includes(exitCode ?? -1), stderr]).toEqual([true, ""]);
  expect((await payengine(two, REVOKE)).exitCode).toBe(0);
  expect((await two.deployment()).pending_operations).toBeUndefined();
});

test.each([
  ["a q that does nothing, no total and a second page", 100, { ignoreQuery: true, wrapping: "bare" }],
  ["revoked keys that stay listed, and 204", 0, { revokedKeys: "status", deleteStatus: 204 }],
] as const)("orphans finds a key with %s", async (_what, others, dialect) => {
  const { fixture } = given;
  await fixture.control.setDialect(dialect);
  const project = await projectWithPending();
  await plantKey(fixture, "shop-dev-web-0123456789");
  for (let index = 0; index < others; index++)
    fixture.leftAlive.add((await plantKey(fixture, `other-${index}`)).id);
  const { exitCode, stdout } = await payengine(project, REVOKE);
  expect([exitCode, linesOf(stdout).slice(-2)]).toEqual([
    0,
    ["Revoked 1 of 1 key.", "Cleared 1 pending operation."],
  ]);
  expect((await payengine(project, REVOKE)).stdout).toBe(`${NONE}\n`);
});

test("orphans reads the list twice for a state with thousands of keys", async () => {
  const { fixture } = given;
  const project = await fixture.project({});
  const at = provider("dev");
  const names = Array.from({ length: 2_000 }, (_, index) => `web-${index.toString(16).padStart(10, "0")}`);
  const made: Awaited<ReturnType<typeof plantKey>>[] = [];
  for (const name of names) made.push(await plantKey(fixture, name));
  await changeState(project, (state) => {
    const held = names
      .slice(0, -3)
      .map((name, index) => storedKey(at, `web${index}`, name, made[index].outputs));
    state.resources = [root("dev"), at, ...held];
    state.pending_operations = names
      .slice(-3)
      .map((name) => creating(storedKey(at, name, name), placeOf(fixture)));
  });
  await fixture.control.clearRequests();
  const found = await payengine(project, ["orphans", "--min-age", "0s", "--json"]);
  expect(JSON.parse(found.stdout).orphans.map((orphan: { keyName: string }) => orphan.keyName)).toEqual(
    names.slice(-3),
  );
  const requests = await fixture.control.requests();
  expect(requests.map(({ path, query }) => `${path} ${query.page ?? ""}`)).toEqual([
    "/api/merchant ",
    ...[1, 2].flatMap(() => Array.from({ length: 21 }, (_, page) => `/api/api-keys ${page + 1}`)),
  ]);
  for (const { id } of made.slice(-3)) fixture.leftAlive.add(id);
});
