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
  "pass  stack  dev, 0 keys recorded in state",
  "pass  secrets provider  passphrase",
  "pass  config secrets  the credential in config is encrypted",
  "pass  config  <address>/api, with a credential",
  "pass  contract  PayEngine's published conventions; payengine:contract is not set",
];

const ACCOUNT = [
  "pass  connection  <address>/api answers, unencrypted on this machine",
  "pass  credential  PayEngine accepts it",
  "pass  works  GET /merchant answers 200: a list of 2 in data, snake_case",
  "pass  clock  agrees with PayEngine's to the minute",
  "pass  list  GET /api-keys answers 200: a list of 1 in data, snake_case",
  "pass  list: fields  id, name, type, redacted_key, status, created_at, last_used_at on 1 key",
  "pass  list: values  no private key's value is shown",
  "pass  list: types  private",
  "pass  list: statuses  active",
  "pass  get  GET /api-keys/{id} answers 200: an object in data, snake_case; id, name, type, redacted_key, status, created_at, last_used_at",
  "pass  list: count  keys are not counted: a short or empty page ends the list",
  "pass  list: page  page 1 has 1 key, and page 2 has 0 keys, none of page 1",
  "pass  list: q  is honoured",
  "pass  account  not pinned yet; `pulumi config set payengine:accountId <id>` makes sure of it (the id of a merchant of this account)",
];

const WRITE = [
  "pass  create  POST /api-keys answers 200 for pulumi-payengine-doctor-<digits>: an object in data, snake_case; id, name, type, key, redacted_key, status, created_at, last_used_at",
  "pass  create: as asked  the key has the name and type that were asked for, as far as told",
  "pass  create: value  the answer holds the key's whole value",
  "pass  use  the new key authenticates",
  "pass  revoke  DELETE /api-keys/{id} revoked pulumi-payengine-doctor-<digits>",
  "pass  gone  the revoked key answers 404",
  "pass  revoked value  gets 401: a key that was deleted in the dashboard can be proven gone",
];

test("every check passes on an account that answers as published, and doctor only reads", async () => {
  expect(await doctorOn(given.fixture)).toMatchObject({
    exitCode: 0,
    lines: [
      ...MACHINE,
      ...PROJECT,
      ...ACCOUNT,
      "skip  create, revoke  POST /api-keys, DELETE /api-keys/{id}: only --write makes these calls",
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

test("an account that answers in other published ways passes with the default contract", async () => {
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
      "pass  works  GET /merchant answers 200: a list of 0 bare",
      "pass  list  GET /api-keys answers 200: a list of 1 bare, camelCase",
      "pass  list: fields  id, name, type, redactedKey, status, createdAt, lastUsedAt on 1 key",
      "pass  list: q  is ignored: every search reads the whole list",
      expect.stringContaining("(the id of this account's newest key)"),
      "pass  create  POST /api-keys answers 201 for pulumi-payengine-doctor-<digits>: an object bare, camelCase; id, name, type, key, redactedKey, status, createdAt, lastUsedAt",
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
      "pass  list: fields  id, name, type, status on 1 key; redacted is not told, so values are not compared with what lists show; createdAt is not told, so the time of a key's creation is this machine's; lastUsedAt is not told, so keys that are in use are not recognized",
      "pass  list: count  total says 1 key",
      expect.stringContaining("(the account's id)"),
    ]),
  );
});
