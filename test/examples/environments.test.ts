import { ACCOUNT_IDS, MERCHANT_IDS } from "payengine-sandbox";
import { useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { exampleProject } from "./example";

const given = useFixture();

test("each environment creates its key in its own account, and production is protected", async () => {
  const { fixture } = given;
  const dev = await exampleProject(fixture, "environments", { stack: "dev" });
  expect((await dev.up()).stdout).not.toContain("Undefined value");
  const { key } = await fixture.newCredential("production", "Developer");
  const production = await exampleProject(fixture, "environments", {
    stack: "production",
    secrets: { "payengine:apiKey": key },
  });
  await production.up();

  const keys = await fixture.liveKeys();
  const accountOf = async (project: Project) => {
    const { keyId } = await project.outputs();
    return keys.find(({ id }) => id === keyId)?.accountId;
  };
  expect(await accountOf(dev)).toBe(ACCOUNT_IDS.sandbox);
  expect(await accountOf(production)).toBe(ACCOUNT_IDS.production);
  expect((await production.fails("destroy")).stdout).toContain("is protected");
  await production.ok("state", "unprotect", "--all", "--yes");
  await production.destroy();
});

test("with a credential of another account, an environment fails before it creates a key", async () => {
  const { fixture } = given;
  const staging = await exampleProject(fixture, "environments", { stack: "production" });
  const { stdout } = await staging.fails("up", "--skip-preview");
  expect(stdout).toContain(`payengine:accountId pins ${MERCHANT_IDS.production[0]}, but`);
  expect(await fixture.liveKeys()).toEqual([]);
});
