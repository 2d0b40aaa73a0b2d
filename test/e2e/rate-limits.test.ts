import { useFixture } from "./harness/fixture";

const given = useFixture();

const PROGRAM = `
for (let number = 0; number < 16; number++) new payengine.ApiKey("key-" + number, { type: "private" });`;

test("up and destroy of 16 keys succeed under a limit of four requests a second, as docs/rate-limits.md says", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: PROGRAM });
  await fixture.control.setThrottle({ callsPerSecond: 4 });
  await fixture.control.clearRequests();
  await project.up("--parallel", "16");
  const statuses = (await fixture.control.requests()).map(({ answered }) => answered);
  expect(statuses).toContain(429);
  expect(await fixture.liveKeys()).toHaveLength(16);
  await project.destroy("--parallel", "16");
  expect(await fixture.liveKeys()).toEqual([]);
});
