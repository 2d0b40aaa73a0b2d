import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { changeState, creating, placeOf, plantKey } from "../cli/planted-state";
import { countsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";

const given = useFixture();

const KEY = `exports.token = new payengine.ApiKey("checkout", { type: "private" }).token;`;

test.each([
  ["another stack of the project", "shop", "prod"],
  ["a stack of another project", "store", "dev"],
])("state move to %s moves the key, and both stacks then have no changes", async (_, name, stack) => {
  const { fixture } = given;
  const source = await fixture.project({ program: KEY });
  const dest = await fixture.project({
    program: KEY,
    env: { PULUMI_BACKEND_URL: `file://${join(source.folder, "backend")}` },
    name,
    stack,
  });
  await source.up();
  const made = await source.key("checkout");
  await fixture.control.clearRequests();
  const path = (project: string, of: string) => `organization/${project}/${of}`;
  await source.ok(
    "state",
    "move",
    made.urn,
    "--source",
    path("shop", "dev"),
    "--dest",
    path(name, stack),
    "--yes",
  );
  expect(await source.keys()).toEqual([]);
  const moved = await dest.key("checkout");
  expect(moved).toEqual({ ...made, urn: made.urn.replace("dev::shop", `${stack}::${name}`) });

  await source.write({ "index.js": commonJs("") });
  await source.up();
  await dest.up();
  expect(await dest.key("checkout")).toEqual(moved);
  expect((await dest.outputs()).token).toBe(made.token);
  await dest.refresh();
  expect((await fixture.control.requests()).filter(({ method }) => method !== "GET")).toEqual([]);
  await dest.destroy();
  expect(await fixture.liveKeys()).toEqual([]);
});

test("a key that was moved away while its program still has it is created again there", async () => {
  const { fixture } = given;
  const source = await fixture.project({ program: KEY });
  const dest = await fixture.project({
    program: KEY,
    env: { PULUMI_BACKEND_URL: `file://${join(source.folder, "backend")}` },
    stack: "prod",
  });
  await source.up();
  const made = await source.key("checkout");
  await source.ok("state", "move", made.urn, "--source", "dev", "--dest", "prod", "--yes");
  await source.up();
  expect((await source.key("checkout")).name).not.toBe(made.name);
  expect((await dest.key("checkout")).token).toBe(made.token);
  expect(await fixture.liveKeys()).toHaveLength(2);
});

test("state repair sorts an unordered state and keeps keys and pending operations", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: KEY });
  await project.up();
  const made = await project.key("checkout");
  const lost = "shop-dev-lost-0123456789";
  const { id } = await plantKey(fixture, lost);
  fixture.leftAlive.add(id);
  await changeState(project, (state) => {
    const { resources = [] } = state;
    const inState = resources.find(({ urn }) => urn === made.urn);
    if (!inState) throw new Error("The key is not in state");
    const urn = made.urn.replace("::checkout", "::lost");
    const {
      id: _,
      outputs: __,
      ...lostKey
    } = { ...inState, urn, inputs: { ...inState.inputs, uniqueName: lost } };
    state.pending_operations = [creating(lostKey, placeOf(fixture))];
    state.resources = resources.reverse();
  });
  await project.fails("preview");
  await project.ok("state", "repair", "--yes");
  expect(await project.key("checkout")).toEqual(made);
  expect((await project.deployment()).pending_operations?.map(({ type }) => type)).toEqual(["creating"]);
  expect(countsOf(await project.up())).toEqual(["2 unchanged"]);
});

test("a tainted key is replaced by the next up, which revokes the old one; an untainted one is kept", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: KEY });
  await project.up();
  const made = await project.key("checkout");
  await project.ok("state", "taint", made.urn, "--yes");
  await project.ok("state", "untaint", made.urn, "--yes");
  expect(countsOf(await project.up())).toEqual(["2 unchanged"]);
  await project.ok("state", "taint", made.urn, "--yes");
  expect(countsOf(await project.ok("preview"))).toEqual(["+-1 to replace", "1 unchanged"]);
  expect(countsOf(await project.up())).toEqual(["+-1 replaced", "1 unchanged"]);
  const after = await project.key("checkout");
  expect(after.keyId).not.toBe(made.keyId);
  expect((await project.outputs()).token).toBe(after.token);
  expect(await fixture.authenticates(String(made.token))).toBe(false);
});

test("change-secrets-provider does not change the key; earlier copies of state keep the old passphrase", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: KEY });
  await project.up();
  const made = await project.key("checkout");
  const [, salt = ""] = /"salt": ?"([^"]+)"/.exec(await project.rawState()) ?? [];
  const other = "another-passphrase-of-this-test";
  const stdin = `${other}\n${other}\n`;
  const changed = await project.run(["stack", "change-secrets-provider", "passphrase"], { stdin });
  expect(changed).toMatchObject({ exitCode: 0 });
  await project.fails("preview");
  project.env.PULUMI_CONFIG_PASSPHRASE = other;
  expect(await project.key("checkout")).toEqual(made);

  await fixture.control.clearRequests();
  expect(countsOf(await project.up("--refresh"))).toEqual(["2 unchanged"]);
  expect((await fixture.control.requests()).filter(({ method }) => method !== "GET")).toEqual([]);
  const stores = join(project.folder, "backend/.pulumi");
  const files = (await readdir(stores, { recursive: true })).filter((name) => name.endsWith(".json"));
  const withSalt = await Promise.all(
    files.map(async (name) => ((await readFile(join(stores, name), "utf8")).includes(salt) ? [name] : [])),
  );
  const folders = withSalt.flat().map((name) => name.split("/")[0]);
  expect([...new Set(folders)].sort()).toEqual(["backups", "history"]);
  await project.destroy();
});
