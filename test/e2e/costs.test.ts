import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { useFixture } from "./harness/fixture";

const given = useFixture();
const run = promisify(execFile);

const KEYS = 24;
const program = (trigger: number) => `
for (let number = 0; number < ${KEYS}; number++)
  new payengine.ApiKey("key-" + number, {
    type: "private",
    rotation: number < 5 ? { triggers: { number: ${trigger} }, overlap: "1h" } : undefined,
  });`;

test("24 keys take two calls each to make, two in all to refresh and one each to revoke", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: program(0) });
  const callsOf = async (...args: string[]) => {
    await fixture.control.clearRequests();
    await project.ok(...args);
    const counts: Record<string, number> = {};
    for (const { operation = "" } of await fixture.control.requests())
      counts[operation] = (counts[operation] ?? 0) + 1;
    return counts;
  };

  // The list and the account once, and each new key once with its own value.
  expect(await callsOf("up", "--skip-preview")).toEqual({ merchant: 1 + KEYS, listKeys: 1, createKey: KEYS });
  expect(await callsOf("preview")).toEqual({});
  expect(await callsOf("up", "--skip-preview")).toEqual({});
  // The second page shows that there are no more.
  expect(await callsOf("refresh", "--skip-preview")).toEqual({ listKeys: 2 });

  await project.write({ "index.js": `const payengine = require("pulumi-payengine");${program(1)}` });
  expect(await callsOf("up", "--skip-preview")).toEqual({ merchant: 5, listKeys: 1 + 5, createKey: 5 });
  // A key that rotates may have left another one: a look at the list each, after one for all, and the previous one.
  expect(await callsOf("destroy", "--skip-preview")).toEqual({
    listKeys: 1 + 5,
    revokeKey: KEYS + 5,
  });
});

test.each([
  ["the provider", "pulumi-payengine/provider", 60],
  ["a program", "pulumi-payengine", 12],
])("%s loads few modules beside Pulumi's own", async (_who, loads, most) => {
  const count = `
    require("@pulumi/pulumi");
    const before = new Set(Object.keys(require.cache));
    require("${loads}");
    console.log(JSON.stringify(Object.keys(require.cache).filter((it) => !before.has(it))));
    process.exit();`;
  const cwd = process.env.PAYENGINE_E2E_INSTALLED;
  const { stdout } = await run(process.execPath, ["-e", count], { cwd });
  const loaded: string[] = JSON.parse(stdout);
  expect(loaded.length).toBeLessThanOrEqual(most);
  // The HTTP client is loaded with the first call.
  expect(loaded.filter((path) => path.includes("/undici/"))).toEqual([]);
});

test("a key's life loads no schema library, and of the HTTP client a part", async () => {
  const { sandbox, credential } = given.fixture;
  const { stdout } = await run(process.execPath, ["-e", LIFE], {
    cwd: process.env.PAYENGINE_E2E_INSTALLED,
    env: { ...process.env, PAYENGINE_API_URL: sandbox.url, PAYENGINE_API_KEY: credential },
  });
  const loaded: string[] = JSON.parse(stdout);
  expect(loaded.filter((path) => path.includes("/zod/"))).toEqual([]);
  const client = loaded.filter((path) => path.includes("/undici/"));
  expect(client.length).toBeGreaterThan(0);
  expect(client.length).toBeLessThanOrEqual(40);
});

/** What the engine calls when a key is made, refreshed and destroyed. */
const LIFE = `
  const { apiKey } = require("pulumi-payengine/provider");
  const news = { type: "private", defaultNamePrefix: "shop-dev-key", digits: "0123456789", __provider: "" };
  const stored = ({ token, ...outputs }) => ({ ...outputs, token: token.value });
  (async () => {
    await apiKey.configure({ config: { get: () => undefined } });
    const { inputs, failures } = await apiKey.check({}, news);
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    const { id, outs } = await apiKey.create(inputs);
    const { props } = await apiKey.read(id, stored(outs));
    const again = await apiKey.check(inputs, news);
    await apiKey.diff(id, stored(props), again.inputs);
    await apiKey.delete(id, stored(props));
    console.log(JSON.stringify(Object.keys(require.cache)));
    process.exit();
  })();`;
