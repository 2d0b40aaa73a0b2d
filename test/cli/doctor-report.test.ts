import { useFixture } from "../e2e/harness/fixture";
import { payengine } from "./command";

const given = useFixture();

/** What no report may contain: all text of requests and responses, except words of the contract. */
async function valuesOf(): Promise<string[]> {
  const { control, sandbox, credential, issued } = given.fixture;
  const keys = await control.keys();
  const merchants = await control.merchants();
  const host = new URL(sandbox.url).host;
  const texts = [...keys, ...merchants].flatMap((it) => Object.values(it));
  const words = ["private", "public", "active", "revoked"];
  return [...texts, host, "127.0.0.1", credential, ...issued]
    .filter((value): value is string => typeof value === "string" && !words.includes(value))
    .filter((value) => value.length > 4);
}

test.each([
  ["reading", []],
  ["--write", ["--write"]],
])("a report of %s has the response formats, and no value, ID, name or host", async (_what, flags) => {
  const { fixture } = given;
  const publicKey = `pk_test_${"Ab1".repeat(10)}xy`;
  await fixture.control.addKey("sandbox", {
    id: "7d0f4c11-0000-4000-8000-000000000001",
    name: "web-checkout",
    type: "public",
    value: publicKey,
    createdAt: "2026-01-01T00:00:00Z",
  });
  fixture.leftAlive.add("7d0f4c11-0000-4000-8000-000000000001");
  const project = await fixture.project({});
  const { exitCode, stdout, stderr } = await payengine(project, ["doctor", "--report", ...flags]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({
    report: "pulumi-payengine doctor",
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    host: "this machine",
    contract: { kind: "calls", calls: { create: "POST /api-keys" }, authorization: "Basic {key}" },
    suggested: [],
  });
  expect(report.calls).toContainEqual({
    call: "list",
    status: 200,
    content: "JSON",
    outcome: "understood",
    shape: {
      form: "a list of 2 in data, snake_case",
      fields: {
        id: "UUID",
        name: expect.stringMatching(/text/),
        type: "text",
        status: "text",
        key: "long text",
        redacted_key: "masked text",
        created_at: "date",
        updated_at: "date",
        last_used_at: "date or null",
      },
      beside: {},
      fieldsNotNamed: 0,
    },
    headers: ["date"],
  });
  const found = (await valuesOf()).filter((value) => stdout.includes(value));
  expect(found).toEqual([]);
});

test("a report names the contract that fits an account with other responses, and errors go to stderr", async () => {
  const { fixture } = given;
  await fixture.control.setDialect({ fields: { id: "uuid" }, path: "/v2/0123456789abcdef/keys" });
  const contract = { list: "GET /v2/0123456789abcdef/keys", fields: { redacted: "key_0123456789abcdef" } };
  const project = await fixture.project({});
  await project.ok("config", "set", "payengine:contract", JSON.stringify(contract));
  const { exitCode, stdout, stderr } = await payengine(project, ["doctor", "--report"]);
  const report = JSON.parse(stdout);
  expect([exitCode, report.contract.calls.list, report.contract.fields, report.suggested]).toEqual([
    2,
    "GET /v2/…/keys",
    { redacted: "…" },
    ["create", "revoke", "fields.id", "fields.redacted", "get"],
  ]);
  expect(stderr).toContain("FAIL  list: id            is missing on 1 key");
  expect(stdout).not.toContain("0123456789abcdef");
});

test("a report names a key that could not be revoked on stderr only", async () => {
  const { fixture } = given;
  await fixture.control.addFault({
    operation: "revokeKey",
    kind: "statusBeforeCommit",
    status: 500,
    times: "always",
  });
  const project = await fixture.project({});
  await project.ok("config", "set", "payengine:maxRetries", "0");
  const { exitCode, stdout, stderr } = await payengine(project, ["doctor", "--report", "--write"]);
  const [{ name, id }] = await fixture.liveKeys();
  fixture.leftAlive.add(id);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`look for ${name} in PayEngine's dashboard, and revoke it`);
  expect(stdout).not.toContain(name);
});

test("--report and --json exclude each other", async () => {
  const project = await given.fixture.project({});
  const { exitCode, stderr } = await payengine(project, ["doctor", "--report", "--json"]);
  expect([exitCode, stderr]).toEqual([1, "error: option '--report' cannot be used with option '--json'\n"]);
});
