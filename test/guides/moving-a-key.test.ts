import { join } from "node:path";
import { changeFile, creating, placeOf, type StoredState } from "../cli/planted-state";
import { useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { YES } from "./answers";
import { Reader } from "./reader";

const given = useFixture();

const GUIDE = "docs/moving-a-key.md";
const SOURCE = "organization/shop/prod";
const DEST = "organization/payments/prod";
const URN = "urn:pulumi:prod::shop::pulumi-nodejs:dynamic/payengine:ApiKey::checkout";
const MOVE = { when: /Do you want to perform this move\?/, type: "yes" };
const WITH_KEY = `import * as payengine from "pulumi-payengine";
export const privateKey = new payengine.ApiKey("checkout", { type: "private" }).token;
`;

/** A stack with a key, and an empty one of another project in the same backend. */
async function twoProjects(secrets?: Record<string, string>): Promise<{ source: Project; dest: Project }> {
  const { fixture } = given;
  const files = (program: string) => ({
    "package.json": JSON.stringify({ name: "shop", private: true, main: "index.ts" }),
    "index.ts": program,
  });
  const source = await fixture.project({ files: files(WITH_KEY), stack: "prod" });
  const dest = await fixture.project({
    files: files("export {};\n"),
    ...{ name: "payments", stack: "prod", ...(secrets && { secrets }) },
    env: { PULUMI_BACKEND_URL: source.env.PULUMI_BACKEND_URL, PULUMI_HOME: source.env.PULUMI_HOME },
  });
  await source.up();
  return { source, dest };
}

const move = (project: Project) =>
  project.run(["state", "move", URN, "--source", SOURCE, "--dest", DEST, "--yes"]);

test("the guide moves a key to another project, and both stacks go on without a change", async () => {
  const { fixture } = given;
  const { source, dest } = await twoProjects();
  const made = await source.key("checkout");
  await fixture.control.clearRequests();
  const atDest = (line: string) => line.replace("../payments", dest.folder).replace("../shop", source.folder);
  const reader = await Reader.open(source, GUIDE, { section: "Move the key", replace: atDest });
  try {
    await reader.enter("npx pulumi-payengine orphans");
    await reader.follow("cd ../payments", MOVE);
    await reader.follow("import * as payengine");
    expect(await reader.follow("pulumi up", YES)).toContain("2 unchanged");
    const [inSource] = reader.unread.splice(0, 1);
    expect(inSource).toMatchObject({ file: "../shop/index.ts" });
    await source.write({ "index.ts": inSource?.text ?? "" });
    expect(await reader.follow("cd ../shop", YES)).not.toContain("create");
    await reader.follow("npx pulumi-payengine audit --all-stacks");
    expect(reader.unread).toEqual([]);
  } finally {
    await reader.close();
  }
  expect(await source.keys()).toEqual([]);
  expect(await dest.key("checkout")).toEqual({ ...made, urn: made.urn.replace("::shop::", "::payments::") });
  expect((await fixture.control.requests()).filter(({ method }) => method !== "GET")).toEqual([]);
});

test("state move drops the pending operations of both stacks, as the guide warns", async () => {
  const { fixture } = given;
  const { source, dest } = await twoProjects();
  const plant = (state: StoredState) => {
    const [key] = (state.resources ?? []).filter(({ type }) => type.includes("ApiKey"));
    if (!key) throw new Error("There is no key in state");
    const { id: _, outputs: __, ...lost } = { ...key, urn: key.urn.replace("::checkout", "::lost") };
    state.pending_operations = [creating(lost, placeOf(fixture))];
  };
  await dest.write({ "index.ts": WITH_KEY.replace("checkout", "own") });
  await dest.up();
  for (const project of ["shop", "payments"])
    await changeFile(join(source.folder, `backend/.pulumi/stacks/${project}/prod.json`), plant);

  const moved = await move(dest);
  expect(moved.exitCode).toBe(0);
  expect(moved.stderr.match(/removing pending operation 'creating'/g)).toHaveLength(2);
  for (const project of [source, dest])
    expect((await project.deployment()).pending_operations ?? []).toEqual([]);
  expect((await dest.keys()).map(({ resource }) => resource).sort()).toEqual(["checkout", "own"]);
});

test("state move is refused while the destination works with another credential, and the guide's way out works", async () => {
  const { fixture } = given;
  const { key } = await fixture.newCredential("sandbox", "Admin");
  const { source, dest } = await twoProjects({ "payengine:apiKey": key });
  await dest.write({ "index.ts": WITH_KEY.replace("checkout", "own") });
  await dest.up();
  expect((await move(dest)).stderr).toMatch(/provider \S+ already exists in destination stack/);
  expect(await source.keys()).toHaveLength(1);
  await dest.setSecret("payengine:apiKey", fixture.credential);
  await dest.up();
  expect(await move(dest)).toMatchObject({ exitCode: 0 });
  await dest.setSecret("payengine:apiKey", key);
  await dest.write({ "index.ts": `${WITH_KEY}new payengine.ApiKey("own", { type: "private" });\n` });
  expect((await dest.up()).stdout).toContain("3 unchanged");
});

test("state move is refused where the destination has made a key of that name", async () => {
  const { source, dest } = await twoProjects();
  await dest.write({ "index.ts": WITH_KEY });
  await dest.up();
  expect((await move(dest)).stderr).toMatch(/resource \S+ already exists in destination stack/);
  expect(await source.keys()).toHaveLength(1);
});

test("an unfinished key moves along, and the destination's next up finishes it", async () => {
  const { fixture } = given;
  const { source, dest } = await twoProjects();
  await source.write({ "index.ts": "export {};\n" });
  await source.destroy();
  await source.write({ "index.ts": WITH_KEY });
  await fixture.control.addFault({ operation: "createKey", kind: "dropAfterCommit" });
  const unreachable = {
    operation: "listKeys",
    kind: "statusBeforeCommit",
    status: 503,
    times: "always",
  } as const;
  await fixture.control.addFault({ ...unreachable, keyName: "shop-prod-checkout-" });
  for (const project of [source, dest]) await project.ok("config", "set", "payengine:maxRetries", "0");
  await source.fails("up", "--skip-preview");
  const unfinished = await source.key("checkout");
  expect(unfinished).toMatchObject({ pendingAction: "create" });
  expect(await fixture.liveKeys()).toHaveLength(1);

  expect(await move(dest)).toMatchObject({ exitCode: 0 });
  await fixture.control.clearFaults();
  await dest.write({ "index.ts": WITH_KEY });
  await dest.up();
  const { pendingAction, name } = await dest.key("checkout");
  expect({ pendingAction, name }).toEqual({
    pendingAction: undefined,
    name: expect.stringMatching(/^shop-prod-checkout-[0-9a-f]{10}-r2$/),
  });
  expect(await fixture.liveKeys()).toHaveLength(1);
});
