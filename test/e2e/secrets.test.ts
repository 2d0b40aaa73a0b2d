import { useFixture } from "./harness/fixture";

const given = useFixture();

test("--debug shows no token", async () => {
  const project = await given.fixture.project({
    program: `exports.key = new payengine.ApiKey("checkout", { type: "private" }).token;`,
  });
  const up = await project.up("--debug");
  expect(up.stdout).toContain("RegisterResource RPC finished: resource:checkout");
  await project.refresh("--debug");
  await project.destroy("--debug");
});

test("a private key takes at most 3,800 bytes of state", async () => {
  const keys = 20;
  const project = await given.fixture.project({
    program: `
for (let i = 0; i < Number(process.env.KEYS); i++) {
  new payengine.ApiKey("checkout-" + i, { type: "private" });
}`,
    env: { KEYS: "1" },
  });
  await project.up();
  // A user's packages lie in the project, whose stack traces in state are that much shorter.
  const size = async () =>
    (await project.rawState()).replace(/\.\.\/payengine-e2e-installed-\w+\//g, "").length;
  const one = await size();
  project.env.KEYS = String(1 + keys);
  await project.up();
  const each = ((await size()) - one) / keys;
  console.info(`A private key takes ${Math.round(each)} bytes of state, over ${keys} keys`);
  expect(each).toBeGreaterThan(500);
  expect(each).toBeLessThanOrEqual(3800);
  await project.destroy();
});
