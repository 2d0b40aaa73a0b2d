import { commonJs, useFixture } from "../e2e/harness/fixture";
import { later } from "../e2e/harness/later";
import type { Project } from "../e2e/harness/project";
import { Consumer } from "./consumer";

const ROTATIONS = 20;
const LIMIT_MS = 15 * 60_000;

const consumers: Consumer[] = [];
// Before the fixture stops its sandbox: hooks run in order of definition.
afterEach(async () => {
  for (const consumer of consumers.splice(0)) await consumer.stop();
});
const given = useFixture();

async function consumer(token?: string): Promise<Consumer> {
  const started = await Consumer.start(given.fixture.sandbox.url, token);
  consumers.push(started);
  return started;
}

const checkout = (count: number, overlap = "1h", more = "") => `
const checkout = new payengine.ApiKey("checkout", {
  type: "private", rotation: { triggers: { count: ${count} }, overlap: "${overlap}" },
});
exports.token = checkout.token;
${more}`;

const tokenOf = async (project: Project) => String((await project.outputs()).token);

test(
  "through twenty rotations, consumers that reload before previousRevokeAt see no failed call",
  async () => {
    const project = await given.fixture.project({ program: checkout(0) });
    await project.up();
    const first = await tokenOf(project);
    const services = await Promise.all([consumer(first), consumer(first), consumer(first)]);
    const control = await consumer(first);
    const random = seeded(5);

    let clock = 0;
    for (let count = 1; count <= ROTATIONS; count++) {
      await project.write({ "index.js": commonJs(checkout(count)) });
      // The overlap is over: this up revokes the previous key, then rotates.
      await later(project, () => project.up(), clock + 1);
      const { token = "", previousRevokeAt = "" } = await project.key("checkout");
      const end = Date.parse(previousRevokeAt) - Date.now();
      const moments = services.map((service) => ({ service, at: clock + random() * (end - 1_000 - clock) }));
      moments.push({ service: services[count % services.length], at: end - 1_000 });
      for (const { service } of moments.sort((one, other) => one.at - other.at)) {
        await service.callsOn();
        await service.reload(token);
      }
      if (count === 1) expect(await control.report()).toMatchObject({ failed: 0 });
      clock = end + 1_000;
    }

    const reports = await Promise.all(services.map((service) => service.report()));
    console.log(
      `Calls during ${ROTATIONS} rotations: ${reports.map(({ calls }) => calls).join(", ")}; 0 failed`,
    );
    expect(reports.map(({ failed }) => failed)).toEqual([0, 0, 0]);
    expect((await control.report()).failed).toBeGreaterThan(0);
    expect((await project.key("checkout")).name).toMatch(new RegExp(`-g${ROTATIONS + 1}$`));
  },
  LIMIT_MS,
);

test("a second stack that reads the token by StackReference, and fails once in between, has no failed request", async () => {
  const { fixture } = given;
  const owner = await fixture.project({ program: checkout(0) });
  await owner.up();
  const reading = `exports.token = new pulumi.StackReference("organization/shop/dev").getOutput("token");`;
  const reader = await fixture.project({
    program: reading,
    stack: "web",
    env: { PULUMI_BACKEND_URL: owner.env.PULUMI_BACKEND_URL },
  });
  await reader.up();
  const service = await consumer(await tokenOf(reader));
  let clock = 0;
  for (let count = 1; count <= 3; count++) {
    await owner.write({ "index.js": commonJs(checkout(count)) });
    await later(owner, () => owner.up(), clock + 1);
    if (count === 2) {
      await reader.write({ "index.js": commonJs(`throw new Error("not today");`) });
      await reader.fails("up", "--skip-preview");
      await service.callsOn();
      await reader.write({ "index.js": commonJs(reading) });
    }
    await reader.up();
    await service.reload(await tokenOf(reader));
    await service.callsOn();
    clock = Date.parse((await owner.key("checkout")).previousRevokeAt ?? "") - Date.now() + 1_000;
  }
  await later(owner, () => owner.up(), clock);
  await service.callsOn();
  expect(await service.report()).toMatchObject({ failed: 0 });
  await reader.destroy();
  // Pulumi's SDK writes what a StackReference reads into event logs, of a program that uses nothing of this package.
  for (const token of fixture.issued) fixture.inTheClear.add(token);
});

test("with overlap 0s, a consumer that is updated in the same up has no failed request", async () => {
  const service = await consumer();
  const { url } = await service.report();
  const handOver = `
    const give = async ({ token, url }) => {
      await fetch(url, { method: "PUT", body: token });
      return { outs: { token, url } };
    };
    const provider = {
      create: async (inputs) => ({ id: "service", ...(await give(inputs)) }),
      update: (id, olds, news) => give(news),
    };
    new pulumi.dynamic.Resource(provider, "service", { token: checkout.token, url: "${url}" });
  `;
  const project = await given.fixture.project({ program: checkout(0, "0s", handOver) });
  await project.up();
  for (let count = 1; count <= 3; count++) {
    await project.write({ "index.js": commonJs(checkout(count, "0s", handOver)) });
    await project.up();
    await service.callsOn();
  }
  const { calls, failed } = await service.report();
  expect(calls).toBeGreaterThan(0);
  expect(failed).toBe(0);
});

/** Numbers from 0 to 1, the same ones in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
