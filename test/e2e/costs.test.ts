import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { payengine } from "../cli/command";
import { useFixture } from "./harness/fixture";
import { tableBelow } from "./harness/guide-table";

const given = useFixture();
const run = promisify(execFile);

const KEYS = 24;
const program = (trigger: number) => `
for (let number = 0; number < ${KEYS}; number++)
  new payengine.ApiKey("key-" + number, {
    type: "private",
    rotation: number < 5 ? { triggers: { number: ${trigger} }, overlap: "1h" } : undefined,
  });`;

/** A row of the table in docs/rate-limits.md. */
function asSaid(counts: Record<string, number>): Record<string, string> {
  const { merchant = 0, listKeys = 0, createKey = 0, revokeKey = 0, ...others } = counts;
  expect(others).toEqual({});
  return {
    "`GET /merchant`": String(merchant),
    "`GET /api-keys`": String(listKeys),
    "`POST /api-keys`": String(createKey),
    "`DELETE /api-keys/{id}`": String(revokeKey),
  };
}

test("24 keys take as many requests as docs/rate-limits.md says", async () => {
  const { fixture } = given;
  const project = await fixture.project({ program: program(0) });
  const requestsOf = async (act: () => Promise<unknown>) => {
    await fixture.control.clearRequests();
    await act();
    const counts: Record<string, number> = {};
    for (const { operation = "" } of await fixture.control.requests())
      counts[operation] = (counts[operation] ?? 0) + 1;
    return asSaid(counts);
  };
  const ofPulumi = (...args: string[]) => requestsOf(() => project.ok(...args));
  const ofCommand = (...args: string[]) => requestsOf(() => payengine(project, args));

  const counted: Record<string, Record<string, string>> = {
    // The list and the account once, and each new key once with its own value.
    "first `pulumi up`": await ofPulumi("up", "--skip-preview"),
    "`pulumi preview`": await ofPulumi("preview"),
    "`pulumi up`, no changes": await ofPulumi("up", "--skip-preview"),
    // The second page shows that there are no more.
    "`pulumi refresh`": await ofPulumi("refresh", "--skip-preview"),
    "`npx pulumi-payengine audit`": await ofCommand("audit"),
    "`npx pulumi-payengine orphans`": await ofCommand("orphans"),
  };
  await project.write({ "index.js": `const payengine = require("pulumi-payengine");${program(1)}` });
  counted["`pulumi up`, five keys rotate"] = await ofPulumi("up", "--skip-preview");
  // A rotation may have left another key: one list for all keys, one per key, and the previous key.
  counted["`pulumi destroy`"] = await ofPulumi("destroy", "--skip-preview");
  expect(counted).toEqual(tableBelow("docs/rate-limits.md", "## How many requests"));
});

test.each([
  ["the provider", "pulumi-payengine/provider", 60],
  ["a program", "pulumi-payengine", 12],
])("%s loads few modules besides Pulumi's own", async (_who, loads, most) => {
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
  // The HTTP client is loaded with the first request.
  expect(loaded.filter((path) => path.includes("/undici/"))).toEqual([]);
});

test("a key's lifecycle loads no schema library and only part of the HTTP client", async () => {
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

/** The engine's calls when a key is created, refreshed and destroyed. */
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
