import { useStage } from "../e2e/harness/stage";
import { exampleProject } from "./example";

const given = useStage();

test("each environment makes its key in its own account, and production is protected", async () => {
  const { stage } = given;
  const dev = await exampleProject(stage, "environments", { stack: "dev" });
  await dev.up();
  const { key } = await stage.newCredential("production", "Developer");
  const production = await exampleProject(stage, "environments", {
    stack: "production",
    secrets: { "payengine:apiKey": key },
  });
  await production.up();

  expect((await dev.outputs()).accountId).toBe("sandbox");
  expect((await production.outputs()).accountId).toBe("production");
  expect((await production.fails("destroy")).stdout).toContain("is protected");
  await production.ok("state", "unprotect", "--all", "--yes");
  await production.destroy();
});

test("a credential of another environment's account is refused before anything is made", async () => {
  const { stage } = given;
  const staging = await exampleProject(stage, "environments", { stack: "production" });
  const { stdout } = await staging.fails("up", "--skip-preview");
  expect(stdout).toContain(
    "The credential belongs to account acct_sandbox, but payengine:accountId pins account acct_production",
  );
  expect(await stage.liveKeys()).toEqual([]);
});
