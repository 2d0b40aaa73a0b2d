import { countsOf } from "../e2e/harness/diagnostics";
import { upUntil } from "../e2e/harness/interruptions";
import { until } from "../e2e/harness/processes";
import { findSecrets } from "../secret-search";
import { stackOn, useSharedBackend } from "./shared-backend";

const given = useSharedBackend();

const program = `
  new payengine.ApiKey("server", { type: "private" });
  new payengine.ApiKey("browser", { type: "public" });
`;
const UNTIL_RELEASED = {
  operation: "createKey",
  kind: "delay",
  beforeCommitMs: 600_000,
  times: "always",
} as const;
const BOTH = ["shop-dev-browser", "shop-dev-server", "shop-prod-browser", "shop-prod-server"];

test("two stacks are updated and destroyed at once, and no table has a private token in plaintext", async () => {
  const { fixture, server, env } = given;
  const dev = await stackOn(given, "dev", program);
  const prod = await stackOn(given, "prod", program);
  await fixture.control.addFault(UNTIL_RELEASED);
  const updates = [dev.up(), prod.up()];
  const making = async () => {
    const requests = await fixture.control.requests();
    return requests.filter(({ answered }) => answered === "pending").length === 4 || undefined;
  };
  await until("both stacks are making both keys", making, 100_000);
  await fixture.control.clearFaults();
  await fixture.control.release();
  for (const ended of await Promise.all(updates)) expect(countsOf(ended)).toEqual(["+ 3 created"]);

  const keys = [...(await dev.keys()), ...(await prod.keys())];
  expect(keys.map(({ name }) => name.slice(0, -11)).sort()).toEqual(BOTH);
  expect((await fixture.liveKeys()).map(({ name }) => name.slice(0, -11)).sort()).toEqual(BOTH);

  const objects = await server.objects(env);
  expect([...objects.keys()]).toEqual(
    expect.arrayContaining([".pulumi/stacks/shop/dev.json", ".pulumi/stacks/shop/prod.json"]),
  );
  const tables = async () => [
    { name: "the tables", content: await server.dump(env) },
    ...[...(await server.objects(env))].map(([name, content]) => ({ name, content })),
  ];
  // Public tokens are not secrets. Finding them shows that the search works.
  const shown = keys.flatMap(({ type, token }) => (type === "public" && token ? [token] : []));
  const found = findSecrets(shown, await tables()).map(({ where }) => where);
  expect(found).toEqual(expect.arrayContaining(["the tables", ".pulumi/stacks/shop/dev.json"]));
  const hidden = [...fixture.issued, ...fixture.secrets];
  expect(fixture.issued.size).toBe(2);
  expect(findSecrets(hidden, await tables())).toEqual([]);

  await Promise.all([dev.destroy(), prod.destroy()]);
  expect(await fixture.liveKeys()).toEqual([]);
  expect(findSecrets(hidden, await tables())).toEqual([]);
});

test("while one up creates a key, a second up of the same stack is refused and creates none", async () => {
  const { fixture } = given;
  const dev = await stackOn(given, "dev", program);
  await fixture.control.addFault(UNTIL_RELEASED);
  const first = await upUntil(
    fixture,
    dev,
    (requests) => requests.filter(({ answered }) => answered === "pending").length === 2,
  );
  const second = await dev.fails("up", "--skip-preview");
  expect(second.stderr).toMatch(
    /error: the stack is currently locked by 1 lock\(s\)\. Either wait for the other process\(es\) to end or delete the lock file with `pulumi cancel`\./,
  );
  const asked = (await fixture.control.requests()).filter(({ operation }) => operation === "createKey");
  expect(asked.map(({ answered }) => answered)).toEqual(["pending", "pending"]);

  await fixture.control.clearFaults();
  await fixture.control.release();
  expect(countsOf(await first.ended)).toEqual(["+ 3 created"]);
  expect(countsOf(await dev.up())).toEqual(["3 unchanged"]);

  await dev.destroy();
  expect(await fixture.liveKeys()).toEqual([]);
});
