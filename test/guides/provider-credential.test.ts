import { plantKey } from "../cli/planted-state";
import { type Fixture, useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { pasted, unasked, YES } from "./answers";
import { readGuide } from "./guide";
import { Reader } from "./reader";

const given = useFixture();

const GUIDE = "docs/provider-credential.md";
const SECTIONS = ["Making it", "Rotating it", "After a leak", "From the environment"];
const PROGRAM = `import * as payengine from "pulumi-payengine";

const checkout = new payengine.ApiKey("checkout", { type: "private" });
export const privateKey = checkout.token;
`;
const MANIFEST = JSON.stringify({ name: "shop", private: true, main: "index.ts" });

/** The project that the guide assumes. */
function projectWith(fixture: Fixture, credential?: string): Promise<Project> {
  return fixture.project({
    files: { "index.ts": PROGRAM, "package.json": MANIFEST },
    config: {},
    env: { PAYENGINE_API_URL: fixture.sandbox.url },
    secrets: credential === undefined ? {} : { "payengine:apiKey": credential },
  });
}

/** A key from "Create API Key" in the dashboard. */
const fromDashboard = (fixture: Fixture) => fixture.newCredential("sandbox", "Admin");

/** The credentials that an action uses, by their last use at PayEngine. */
async function usedBy(
  fixture: Fixture,
  credentials: readonly { keyId: string }[],
  act: () => Promise<unknown>,
) {
  const lastUses = async () => {
    const keys = await fixture.control.keys();
    return credentials.map(({ keyId }) => keys.find(({ id }) => id === keyId)?.lastUsedAt);
  };
  const before = await lastUses();
  await act();
  return (await lastUses()).map((time, index) => time !== before[index]);
}

/** Whether the decrypted state has each of these credentials. */
async function inState(project: Project, credentials: readonly { key: string }[]): Promise<boolean[]> {
  const state = JSON.stringify(await project.deployment());
  return credentials.map(({ key }) => state.includes(key));
}

/** Follows one section to its end. */
async function following(project: Project, section: string, act: (reader: Reader) => Promise<void>) {
  const reader = await Reader.open(project, GUIDE, { section });
  try {
    await act(reader);
    expect(reader.unread).toEqual([]);
  } finally {
    await reader.close();
  }
}

test("these tests cover every section of the guide", async () => {
  const sections = (await readGuide(GUIDE)).map(({ section }) => section);
  expect([...new Set(sections)]).toEqual(SECTIONS);
});

test("the guide makes and rotates a credential, and the key made with it stays", async () => {
  const { fixture } = given;
  const project = await projectWith(fixture);
  const first = await fromDashboard(fixture);
  await following(project, "Making it", async (reader) => {
    await reader.follow("pulumi config set --secret", pasted(first.key));
    const seen = await reader.follow("npx pulumi-payengine doctor");
    await reader.enter(/pulumi config set payengine:accountId [\w-]+/.exec(seen)?.[0] ?? "");
    await reader.follow("pulumi up", YES);
  });
  const { keyId, token = "" } = await project.key("checkout");

  const second = await fromDashboard(fixture);
  const both = [first, second];
  const used = (act: () => Promise<unknown>) => usedBy(fixture, both, act);
  const work = () => Promise.all(both.map(({ key }) => fixture.authenticates(key)));
  await following(project, "Rotating it", async (reader) => {
    expect(await used(() => project.refresh())).toEqual([true, false]);
    await reader.follow("pulumi config set --secret", pasted(second.key));
    expect(await used(() => reader.follow("npx pulumi-payengine doctor"))).toEqual([false, true]);
    expect(await inState(project, both)).toEqual([true, false]);
    await reader.follow("pulumi up", YES);
    expect(await inState(project, both)).toEqual([false, true]);
    expect(await work()).toEqual([true, true]);
    await fixture.control.revokeKey(first.keyId);
    expect(await used(() => reader.follow("pulumi refresh", YES))).toEqual([false, true]);
    expect(await work()).toEqual([false, true]);
    expect([(await project.key("checkout")).keyId, await fixture.authenticates(token)]).toEqual([
      keyId,
      true,
    ]);
    expect(await used(() => reader.enter("pulumi destroy", YES))).toEqual([false, true]);
  });
  expect(await fixture.liveKeys()).toEqual([]);
});

test("after a leak nothing changes without a new credential, and the guide counts the keys of others", async () => {
  const { fixture } = given;
  const leaked = await fromDashboard(fixture);
  const project = await projectWith(fixture, leaked.key);
  await project.up();
  const { keyId, token = "" } = await project.key("checkout");
  const { id } = await plantKey(fixture, "of-the-finder", "private", leaked.key);
  fixture.leftAlive.add(id);

  await fixture.control.revokeKey(leaked.keyId);
  await project.write({ "index.ts": `${PROGRAM}new payengine.ApiKey("another", { type: "public" });\n` });
  for (const command of ["up", "refresh", "destroy"]) {
    expect((await project.fails(command, "--skip-preview")).stdout).toContain("401");
  }
  expect([(await project.keys()).map((key) => key.keyId), await fixture.authenticates(token)]).toEqual([
    [keyId],
    true,
  ]);

  await project.write({ "index.ts": PROGRAM });
  const fresh = await fromDashboard(fixture);
  await following(project, "After a leak", async (reader) => {
    await reader.follow("pulumi config set --secret", pasted(fresh.key));
    await reader.follow("pulumi up", YES);
    expect(await reader.follow("npx pulumi-payengine audit")).toContain("4 live keys, 3 foreign");
  });
  expect((await project.key("checkout")).keyId).toBe(keyId);
});

test("a credential from the environment stays out of state", async () => {
  const { fixture } = given;
  const project = await projectWith(fixture);
  const [first, second] = [await fromDashboard(fixture), await fromDashboard(fixture)];
  await following(project, "From the environment", async (reader) => {
    await reader.follow("read -rs PAYENGINE_API_KEY", unasked(first.key), YES);
    expect((await project.fails("refresh", "--skip-preview")).stdout).toContain("PAYENGINE_API_KEY");
    await reader.follow('import * as payengine from "pulumi-payengine"');
    await reader.follow("read -rs PAYENGINE_PRODUCTION_KEY", unasked(second.key), YES);
    expect((await project.keys()).map(({ resource }) => resource)).toEqual(["live"]);
    expect(await inState(project, [first, second])).toEqual([false, false]);
    await reader.enter("pulumi destroy", YES);
  });
});

test("a credential typed as an argument shows in the history and the list of processes", async () => {
  const { fixture } = given;
  const project = await projectWith(fixture);
  const { key } = await fromDashboard(fixture);
  const reader = await Reader.open(project, GUIDE);
  await reader.enter(`pulumi config set --secret payengine:apiKey ${key}`).finally(() => reader.close());
  const places = fixture.findLeaks().map(({ where }) => where.replace(project.folder, ""));
  expect([...new Set(places)]).toEqual([
    "/history",
    "the output of the terminal",
    "the output of the list of processes",
  ]);
  fixture.inTheClear.add(key);
});
