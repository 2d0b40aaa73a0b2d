import { useFixture } from "../e2e/harness/fixture";
import { doctorOn, troubles } from "./doctor-fixture";

const given = useFixture();

const MACHINE = [
  expect.stringMatching(/^pass {2}node {2}Node \d+\.\d+\.\d+$/),
  expect.stringMatching(/^pass {2}pulumi cli {2}Pulumi CLI \d+\.\d+\.\d+$/),
  expect.stringMatching(/^pass {2}pulumi sdk {2}@pulumi\/pulumi \d+\.\d+\.\d+$/),
  "pass  package  <folder> loads pulumi-payengine",
  "pass  checkpoints  Pulumi writes state before each step",
];

const PROJECT = [
  "pass  stack  dev, 0 keys in state",
  "pass  secrets provider  passphrase",
  "pass  config secrets  the credential in config is encrypted",
  "pass  config  <address>/api, with a credential",
  "pass  contract  payengine:contract is not set, so PayEngine's published conventions apply",
];

const ACCOUNT = [
  "pass  connection  <address>/api responds over plain HTTP on this machine",
  "pass  credential  PayEngine accepts it",
  "pass  works  GET /merchant returned 200: a list of 2 in data, snake_case",
  "pass  clock  within a minute of PayEngine's clock",
  "pass  list  GET /api-keys returned 200: a list of 1 in data, snake_case",
  "pass  list: fields  id, name, type, redacted_key, status, created_at, last_used_at on 1 key",
  "pass  list: values  the list shows no value of a private key",
  "pass  list: types  private",
  "pass  list: statuses  active",
  "pass  get  GET /api-keys/{id} returned 200: an object in data, snake_case; id, name, type, redacted_key, status, created_at, last_used_at",
  "pass  list: count  the response has no total; a short or empty page ends the list",
  "pass  list: page  page 1 has 1 key, and page 2 has 0 keys, none of them on page 1",
  "pass  list: q  is supported",
  "pass  account  not pinned yet; to pin it, use `pulumi config set payengine:accountId <id>` (the ID of a merchant of this account)",
];

const WRITE = [
  "pass  create  POST /api-keys returned 200 for pulumi-payengine-doctor-<digits>: an object in data, snake_case; id, name, type, key, redacted_key, status, created_at, last_used_at",
  "pass  create: as asked  the response confirms the requested name and type, as far as it has them",
  "pass  create: value  the response has the key's whole value",
  "pass  use  the new key authenticates",
  "pass  revoke  DELETE /api-keys/{id} revoked pulumi-payengine-doctor-<digits>",
  "pass  gone  the revoked key returns 404",
  "pass  revoked value  gets 401, which proves that a key deleted in the dashboard is gone",
];

test("every check passes on an account that responds as published, and doctor only reads", async () => {
  expect(await doctorOn(given.fixture)).toMatchObject({
    exitCode: 0,
    lines: [
      ...MACHINE,
      ...PROJECT,
      ...ACCOUNT,
      "skip  create, revoke  POST /api-keys, DELETE /api-keys/{id}: only --write sends these requests",
    ],
    commands: [],
    summary: "0 failed, 0 warnings, 25 checks",
    stderr: "",
  });
  const requests = await given.fixture.control.requests();
  expect([...new Set(requests.map(({ method }) => method))]).toEqual(["GET"]);
});

test("--write makes one private key, uses it and revokes it", async () => {
  expect(await doctorOn(given.fixture, "--write")).toMatchObject({
    exitCode: 0,
    lines: [...MACHINE, ...PROJECT, ...ACCOUNT, ...WRITE],
    commands: [],
    summary: "0 failed, 0 warnings, 31 checks",
    stderr: "",
  });
  const made = (await given.fixture.control.keys()).filter(({ credential }) => !credential);
  expect(made).toMatchObject([
    {
      name: expect.stringMatching(/^pulumi-payengine-doctor-[0-9a-f]{10}$/),
      type: "private",
      status: "revoked",
    },
  ]);
});

test("an account that responds in other published ways passes with the default contract", async () => {
  await given.fixture.control.setDialect({
    casing: "camel",
    wrapping: "bare",
    merchant: "empty",
    ignoreQuery: true,
    postStatus: 201,
    deleteStatus: 204,
    revokedKeys: "status",
    failure: "success",
    codes: "none",
  });
  const { exitCode, lines } = await doctorOn(given.fixture, "--write");
  expect([exitCode, troubles(lines)]).toEqual([0, []]);
  expect(lines).toEqual(
    expect.arrayContaining([
      "pass  works  GET /merchant returned 200: a list of 0 at the top level",
      "pass  list  GET /api-keys returned 200: a list of 1 at the top level, camelCase",
      "pass  list: fields  id, name, type, redactedKey, status, createdAt, lastUsedAt on 1 key",
      "pass  list: q  is ignored, so every search reads the whole list",
      expect.stringContaining("(the ID of this account's newest key)"),
      "pass  create  POST /api-keys returned 201 for pulumi-payengine-doctor-<digits>: an object at the top level, camelCase; id, name, type, key, redactedKey, status, createdAt, lastUsedAt",
      'pass  gone  the revoked key has the status "revoked"',
    ]),
  );
});

test("a list with a total, pages by limit and missing fields passes, and doctor names the missing fields", async () => {
  await given.fixture.control.setDialect({
    counts: "total",
    paging: "limit",
    merchant: "withAccountId",
    shows: { redacted: false, createdAt: false, lastUsedAt: false },
  });
  const { exitCode, lines } = await doctorOn(given.fixture, "--write");
  expect([exitCode, troubles(lines)]).toEqual([0, []]);
  expect(lines).toEqual(
    expect.arrayContaining([
      "pass  list: fields  id, name, type, status on 1 key; no redacted, so values are not compared with the list; no createdAt, so creation times come from this machine's clock; no lastUsedAt, so keys in use are not recognized",
      "pass  list: count  total is 1 key",
      expect.stringContaining("(the account's ID)"),
    ]),
  );
});
