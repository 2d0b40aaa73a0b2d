import { useFixture } from "../e2e/harness/fixture";
import { exampleProject } from "./example";

const given = useFixture();

test("a component creates the keys of each service", async () => {
  const { fixture } = given;
  const project = await exampleProject(fixture, "service-keys");
  await project.up();
  const names = (await project.keys()).map(({ resource, type }) => `${resource} ${type}`);
  expect(names).toEqual(["refunds-server private", "shop-client public", "shop-server private"]);
  expect((await project.outputs()).shopPublicKey).toMatch(/^pk_test_/);
  await project.destroy();
  expect(await fixture.liveKeys()).toEqual([]);
});
