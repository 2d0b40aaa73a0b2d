import { startingWith } from "../abridged";
import { useFixture } from "../e2e/harness/fixture";
import { linesOf, payengine } from "./command";
import { changeState, creating, placeOf, plantKey, provider, root, storedKey } from "./planted-state";

const given = useFixture();

const REVOKE = ["orphans", "--revoke", "--yes", "--min-age", "0s"];
const NONE = "Found no orphaned keys of stack dev.";

async function liveNames(): Promise<string[]> {
  return (await given.fixture.liveKeys()).map(({ name }) => name).sort();
}

test("orphans revokes only further attempts of an exact name, not the key in state or look-alikes", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
  });
  await project.up();
  const { name } = await project.key("checkout");
  await plantKey(fixture, `${name}-r2`);
  await plantKey(fixture, name, "private");
  const others = [
    `${name}-r1`,
    `${name}-r02`,
    `${name}-r2x`,
    `${name}0`,
    `x${name}`,
    "shop-dev-checkout-0123456789",
  ];
  for (const other of others) fixture.leftAlive.add((await plantKey(fixture, other)).id);

  const { exitCode, stdout } = await payengine(project, REVOKE);
  expect(exitCode).toBe(0);
  expect(linesOf(stdout)).toEqual([
    startingWith("ACTION  RESOURCE"),
    "revoke  checkout  shop-dev-checkout-<digits>  <id>  <host>  <time>  never  resource",
    "revoke  checkout  shop-dev-checkout-<digits>-r2  <id>  <host>  <time>  never  resource",
    "Revoked 2 of 2 keys.",
  ]);
  expect(await liveNames()).toEqual([name, ...others].sort());
});

test("orphans keeps a key with a secret ID and the previous key of a rotation", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `
new payengine.ApiKey("hidden", { type: "private" }, { additionalSecretOutputs: ["keyId", "uniqueName", "accountId"] });
new payengine.ApiKey("rotated", { type: "private" });`,
  });
  await project.up();
  const rotated = await project.key("rotated");
  const previous = await plantKey(fixture, `${rotated.name}-r2`);
  fixture.leftAlive.add(previous.id);
  await changeState(project, ({ resources = [] }) => {
    const resource = resources.find(({ urn }) => urn.endsWith("::rotated"));
    Object.assign(resource?.outputs ?? {}, { previousKeyId: previous.id });
  });
  const { exitCode, stdout } = await payengine(project, REVOKE);
  expect([exitCode, linesOf(stdout)]).toEqual([0, [NONE]]);

  const blind = await payengine(project, REVOKE, { without: ["PULUMI_CONFIG_PASSPHRASE"] });
  expect([blind.exitCode, blind.stdout, linesOf(blind.stderr)]).toEqual([
    1,
    "",
    [
      expect.stringMatching(
        /^`pulumi stack export --show-secrets --stack dev` failed: .*passphrase must be set with/,
      ),
    ],
  ]);
});

test("orphans revokes nothing if state has a value without its key ID", async () => {
  const { fixture } = given;
  const project = await fixture.project({});
  const name = "shop-dev-web-0123456789";
  const made = await plantKey(fixture, name);
  const at = provider("dev");
  await changeState(project, (state) => {
    state.resources = [root("dev"), at, storedKey(at, "web", name, { ...made.outputs, keyId: undefined })];
  });
  const { exitCode, stdout } = await payengine(project, REVOKE);
  expect([exitCode, linesOf(stdout)]).toEqual([
    2,
    [
      "Not checked: web: state has a value without its key ID, so no key of this resource can be proven lost; look for its key by name in PayEngine's dashboard",
      "Could not check whether stack dev has orphaned keys.",
    ],
  ]);
  expect(await liveNames()).toEqual([name]);
  await changeState(project, (state) => {
    delete state.resources;
  });
  fixture.leftAlive.add(made.id);
});

test("a pending creation without a name, or of another resource type, keeps all pending operations", async () => {
  const { fixture } = given;
  const project = await fixture.project({});
  const at = provider("dev");
  const bucket = {
    ...root("dev"),
    urn: "urn:pulumi:dev::shop::aws:s3/bucket:Bucket::logs",
    type: "aws:s3/bucket:Bucket",
  };
  await changeState(project, (state) => {
    state.resources = [root("dev"), at];
    state.pending_operations = [
      creating(storedKey(at, "web", "shop-dev-web-0123456789"), placeOf(fixture)),
      creating(bucket),
    ];
  });
  const { id } = await plantKey(fixture, "shop-dev-web-0123456789");
  const { exitCode, stdout } = await payengine(project, REVOKE);
  expect([exitCode, linesOf(stdout).slice(1)]).toEqual([
    2,
    [
      "revoke  web  shop-dev-web-<digits>  <id>  <host>  <time>  never  pending operation",
      "Pending operations (kept in state: other resources have pending operations too, which clearing would drop; run `pulumi refresh` at a terminal, resolve those, and skip the keys; then run this again):",
      "  creating urn:pulumi:dev::shop::pulumi-nodejs:dynamic/payengine:ApiKey::web",
      "  creating urn:pulumi:dev::shop::aws:s3/bucket:Bucket::logs",
      "Revoked 1 of 1 key.",
    ],
  ]);
  expect((await fixture.control.keys()).find((it) => it.id === id)?.status).toBe("revoked");
  expect((await project.deployment()).pending_operations).toHaveLength(2);

  await changeState(project, (state) => {
    const nameless = storedKey(at, "web", "shop-dev-web-0123456789");
    delete nameless.inputs?.uniqueName;
    state.pending_operations = [creating(nameless, placeOf(fixture))];
  });
  const nameless = await payengine(project, REVOKE);
  expect([nameless.exitCode, nameless.stdout, nameless.stderr]).toEqual([
    1,
    "",
    "The key names or IDs of web are encrypted or damaged in state, so these keys cannot be checked; look for them by name in PayEngine's dashboard.\n",
  ]);
  expect((await project.deployment()).pending_operations).toHaveLength(1);
});
