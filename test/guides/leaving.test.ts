import { lstat, mkdir, readdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { YES } from "./answers";
import { Reader } from "./reader";

const given = useFixture();

const GUIDE = "docs/leaving.md";
const MANIFEST = JSON.stringify({ name: "shop", private: true, main: "index.ts" });
const REMOVE_STACK = { when: /by typing `dev`/, type: "dev" };
const CONFIRM = { when: /proceed|confirm|Are you sure|by typing/i, type: "yes" };

/** A stack with a protected key. */
async function projectWithKey(options = "{ protect: true }"): Promise<Project> {
  const { fixture } = given;
  const project = await fixture.project({
    files: {
      "package.json": MANIFEST,
      "index.ts": `import * as payengine from "pulumi-payengine";
export const privateKey = new payengine.ApiKey("checkout", { type: "private" }, ${options}).token;
`,
    },
  });
  await project.up();
  const { keyId } = await project.key("checkout");
  fixture.leftAlive.add(String(keyId));
  return project;
}

test("the guide takes every key out of state, and all of them stay live", async () => {
  const { fixture } = given;
  const project = await projectWithKey();
  const { keyId, name, token = "" } = await project.key("checkout");
  const reader = await Reader.open(project, GUIDE, { section: "Keep every key live" });
  try {
    expect(await reader.follow("pulumi stack output privateKey")).toContain(token);
    await reader.follow("npx pulumi-payengine audit --json");
    const { keys } = JSON.parse(await readFile(join(project.folder, "keys.json"), "utf8"));
    expect(keys).toMatchObject([{ category: "managed", keyId, keyName: name }]);
    await reader.follow("import * as payengine");
    const up = await reader.follow("pulumi up", YES);
    expect(up).toContain("the key stays active at PayEngine");
    expect(up).toContain("2 unchanged");
    expect(await reader.follow("pulumi destroy", YES)).toContain("checkout  delete[retain]");
    expect(await project.keys()).toEqual([]);
    await expect(reader.follow("npx pulumi-payengine audit")).rejects.toThrow(/unmatched.*checkout/s);
    await reader.follow("pulumi stack rm", REMOVE_STACK);
    expect(reader.unread).toEqual([]);
  } finally {
    await reader.close();
  }
  const left = await readdir(join(project.folder, "backend/.pulumi"), { recursive: true });
  expect(left.filter((path) => /dev.*\.json/.test(path))).toEqual([]);
  expect((await fixture.liveKeys()).map(({ id }) => id)).toEqual([keyId]);
  expect(await fixture.authenticates(token)).toBe(true);
  // The fixture checks this after each test.
  await project.ok("stack", "init", "dev");
});

test("the guide lets go of one protected key, which stays live", async () => {
  const { fixture } = given;
  const project = await projectWithKey();
  const { urn, token = "" } = await project.key("checkout");
  expect((await project.fails("state", "delete", urn, "--yes")).stderr).toContain("because it is protected");
  const reader = await Reader.open(project, GUIDE, { section: "Let go of one key" });
  try {
    await reader.follow("pulumi state unprotect", CONFIRM);
    await reader.follow("pulumi state delete", CONFIRM);
    expect(reader.unread).toEqual([]);
  } finally {
    await reader.close();
  }
  expect(await project.keys()).toEqual([]);
  expect(await fixture.authenticates(token)).toBe(true);
});

test("without the package only keys with retainOnDelete leave the state, as the guide says", async () => {
  const { fixture } = given;
  const project = await projectWithKey("{}");
  const { urn, token = "" } = await project.key("checkout");
  const packages = join(project.folder, "node_modules");
  await removePackage(packages);
  const said = /Run npm install: Error: Cannot find module 'pulumi-payengine\/provider'/;
  for (const command of ["refresh", "destroy"]) {
    const { stdout, stderr } = await project.fails(command, "--skip-preview");
    expect(stdout + stderr).toMatch(said);
  }
  expect((await project.fails("stack", "rm", "dev", "--yes")).stderr).toContain("still has resources");
  expect((await project.key("checkout")).token).toBe(token);
  await project.ok("state", "delete", urn, "--yes");
  await project.destroy();
  expect(await fixture.authenticates(token)).toBe(true);
});

test("a key that state retains leaves it without the package", async () => {
  const { fixture } = given;
  const project = await projectWithKey("{ retainOnDelete: true }");
  const { token = "" } = await project.key("checkout");
  await removePackage(join(project.folder, "node_modules"));
  expect((await project.destroy()).stdout).toContain("[retain]");
  expect(await project.keys()).toEqual([]);
  expect(await fixture.authenticates(token)).toBe(true);
});

/** Removes this package and keeps the others. @param packages a link to the folder of packages. */
async function removePackage(packages: string): Promise<void> {
  expect((await lstat(packages)).isSymbolicLink()).toBe(true);
  const shared = join(process.env.PAYENGINE_E2E_INSTALLED ?? "", "node_modules");
  await rm(packages);
  await mkdir(packages);
  for (const name of await readdir(shared))
    if (name !== "pulumi-payengine") await symlink(join(shared, name), join(packages, name));
}
