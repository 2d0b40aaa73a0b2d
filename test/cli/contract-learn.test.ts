import { rm } from "node:fs/promises";
import { join } from "node:path";
import { useFixture } from "../e2e/harness/fixture";
import { harOf } from "../har-recorder";
import { type RecordedKey, recordKey } from "../recorded-console";
import { linesOf, payengine } from "./command";

const given = useFixture();

const DIALECT = {
  path: "/v3/credentials",
  reveal: "byCall",
  revokeBy: "POST",
  fields: { value: "secret" },
} as const;

async function recorded(headers: Record<string, string>): Promise<RecordedKey> {
  const { fixture } = given;
  await fixture.control.setDialect(DIALECT);
  return recordKey(fixture.sandbox.url, headers, DIALECT);
}

/** The commands that set the contract of this account. */
const SETTINGS = [
  "  pulumi config set --path payengine:contract.create 'POST /v3/credentials'",
  "  pulumi config set --path payengine:contract.reveal 'POST /v3/credentials/{id}/reveal'",
  "  pulumi config set --path payengine:contract.list 'GET /v3/credentials'",
  "  pulumi config set --path payengine:contract.get 'GET /v3/credentials/{id}'",
  "  pulumi config set --path payengine:contract.revoke 'POST /v3/credentials/{id}/revoke'",
  "  pulumi config set --path payengine:contract.fields.value secret",
];

test("contract learn prints what a recording shows, and the commands that set it", async () => {
  const { recorder } = await recorded({ authorization: `Basic ${given.fixture.credential}` });
  const project = await given.fixture.project({});
  await project.write({ "keys.har": JSON.stringify(harOf(recorder.entries)) });

  const { exitCode, stdout, stderr } = await payengine(project, ["contract", "learn", "keys.har"]);
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(linesOf(stdout)).toEqual([
    "sure  create  POST /v3/credentials returned 200, without the key's value: an object in data, snake_case",
    "sure  reveal  POST /v3/credentials/{id}/reveal returned 200 with the key's value: an object in data",
    "sure  list  GET /v3/credentials returned 200: a list in data, snake_case",
    "sure  paging  the list takes page, size",
    "sure  get  GET /v3/credentials/{id} returned 200: an object in data, snake_case",
    "sure  revoke  POST /v3/credentials/{id}/revoke returned 200: the key's status changed after it",
    "sure  works  GET /merchant returned 200",
    "sure  address  <address>/api",
    'sure  authorization  "Basic {key}", with a private key',
    "sure  fields  id, name, type, secret (value), redacted_key, status, created_at, last_used_at",
    'not seen  types  "private" for private; no public key was seen, so "public" applies',
    'sure  statuses  "revoked" means revoked; a live key is "active"',
    "",
    "Settings that fit this recording:",
    "",
    "  pulumi config set payengine:apiUrl <address>/api",
    ...SETTINGS,
    "",
    "Then run `npx pulumi-payengine doctor`: it proves the contract before anything is created.",
    "Delete keys.har: it holds secrets, such as your session and the key's value. The key in it was revoked.",
  ]);

  const json = await payengine(project, ["contract", "learn", "keys.har", "--json"]);
  expect(JSON.parse(json.stdout)).toEqual({
    contract: {
      create: "POST /v3/credentials",
      reveal: "POST /v3/credentials/{id}/reveal",
      list: "GET /v3/credentials",
      get: "GET /v3/credentials/{id}",
      revoke: "POST /v3/credentials/{id}/revoke",
      fields: { value: "secret" },
    },
    apiUrl: given.fixture.sandbox.url,
    commands: expect.arrayContaining([`pulumi config set payengine:apiUrl ${given.fixture.sandbox.url}`]),
    seenCommands: [],
    findings: expect.arrayContaining([
      { about: "works", certainty: "sure", found: "GET /merchant returned 200" },
    ]),
    keys: { created: 1, revoked: 1 },
  });
  // As the command says: the fixture searches every file for secrets.
  await rm(join(project.folder, "keys.har"));
});

test("contract learn exits with 2 for a signed-in person's recording, and with 1 if there is none", async () => {
  const { recorder } = await recorded({ authorization: `Basic ${given.fixture.credential}` });
  const project = await given.fixture.project({});
  const entries = recorder.entries.map((entry) => ({
    ...entry,
    request: { ...entry.request, headers: [{ name: "Cookie", value: "session=0123456789abcdef" }] },
  }));
  await project.write({ "keys.har": JSON.stringify(harOf(entries)) });
  const person = await payengine(project, ["contract", "learn", "keys.har"]);
  expect([person.exitCode, person.stderr]).toEqual([2, ""]);
  expect(linesOf(person.stdout).slice(14)).toEqual([
    "Settings that fit this recording:",
    "",
    "  pulumi config set payengine:apiUrl <address>/api",
    "  pulumi config set payengine:contract dashboard",
    "",
    "To see whether a private key may send these requests too, first set these, and run `npx pulumi-payengine doctor`. It only reads.",
    "",
    "  pulumi config set payengine:apiUrl <address>/api",
    ...SETTINGS,
    "",
    "If it may not, set the contract above, and adopt a key (see docs/dashboard.md).",
    "Delete keys.har: it holds secrets, such as your session and the key's value. The key in it was revoked.",
  ]);

  const missing = await payengine(project, ["contract", "learn", join("nowhere", "keys.har"), "--json"]);
  const message = "Cannot read nowhere/keys.har: there is no such file.";
  expect([missing.exitCode, JSON.parse(missing.stdout), missing.stderr]).toEqual([
    1,
    { error: message },
    `${message}\n`,
  ]);
  const usage = await payengine(project, ["contract", "learn", "--json"]);
  expect([usage.exitCode, JSON.parse(usage.stdout), usage.stderr]).toEqual([
    1,
    { error: "missing required argument 'file'" },
    "error: missing required argument 'file'\n`npx pulumi-payengine contract learn --help` says how to record the file.\n",
  ]);
  await rm(join(project.folder, "keys.har"));
});
