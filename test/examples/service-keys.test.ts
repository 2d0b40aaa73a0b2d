import { useStage } from "../e2e/harness/stage";
import { exampleProject } from "./example";

const given = useStage();

test("a component makes the keys of each service", async () => {
  const { stage } = given;
  const project = await exampleProject(stage, "service-keys");
  await project.up();
  const names = (await project.keys()).map(({ resource, type }) => `${resource} ${type}`);
  expect(names).toEqual(["refunds-server private", "shop-client public", "shop-server private"]);
  expect((await project.outputs()).shopPublicKey).toMatch(/^pk_test_/);
  await project.destroy();
  expect(await stage.liveKeys()).toEqual([]);
});
