import { useStage } from "../e2e/harness/stage";
import { doctorOn, troubles } from "./doctor-on-stage";

const given = useStage();

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
];

const FIELDS = ["id", "name", "type", "status", "createdAt", "lastUsedAt", "redactedKey"];
const fields = (where: string) =>
  FIELDS.map((field) => `pass  ${where}: ${field}  as the contract has it, on 1 key`);

const ACCOUNT = [
  "pass  connection  <address>/api answers, unencrypted on this machine",
  "pass  credential  PayEngine accepts it",
  "pass  account  acct_sandbox; `pulumi config set payengine:accountId acct_sandbox` makes sure of it",
  "pass  clock  agrees with PayEngine's to the minute",
  "pass  role  the credential's user may manage keys",
  "pass  list  1 key on the first page",
  ...fields("list"),
  "pass  list: values  no private key's value is shown",
  "pass  get  GET of the first key answers with it",
  "pass  list: total  1",
  "pass  list: paging  page 2 has 0 keys, none of page 1",
  "pass  list: q  is honoured",
];

const WRITE = [
  "pass  write: create  PayEngine answered for pulumi-payengine-doctor-<digits>",
  ...fields("write"),
  "pass  write: as asked  the key has the name and type that were asked for",
  "pass  write: value  the answer holds the key's value",
  "pass  write: use  the new key authenticates",
  "pass  write: revoke  the key was revoked",
  "pass  write: gone  the revoked key answers 404, and is not listed as live",
];

test("where all is well every check passes, and PayEngine is only read", async () => {
  expect(await doctorOn(given.stage)).toEqual({
    exitCode: 0,
    lines: [...MACHINE, ...PROJECT, ...ACCOUNT, "", "0 failed, 0 warnings, 27 checks"],
    stderr: "",
  });
  const requests = await given.stage.control.requests();
  expect([...new Set(requests.map(({ method }) => method))]).toEqual(["GET"]);
});

test("--write makes one private key, uses it and revokes it", async () => {
  expect(await doctorOn(given.stage, "--write")).toEqual({
    exitCode: 0,
    lines: [...MACHINE, ...PROJECT, ...ACCOUNT, ...WRITE, "", "0 failed, 0 warnings, 40 checks"],
    stderr: "",
  });
  const made = (await given.stage.control.keys()).filter(({ credential }) => !credential);
  expect(made).toMatchObject([
    {
      name: expect.stringMatching(/^pulumi-payengine-doctor-[0-9a-f]{10}$/),
      type: "private",
      status: "revoked",
    },
  ]);
});

test.each([
  [
    "bareAnswers, noTotal and ignoreQuery",
    { bareAnswers: true, noTotal: true, ignoreQuery: true, postStatus: 200 },
    [
      "pass  list: total  is absent: an empty page ends the list",
      "pass  list: q  is ignored: every search reads the whole list",
    ],
    [],
  ],
  [
    "revoked keys that stay listed",
    { revokedKeys: "status", deleteStatus: 204 },
    ["pass  write: gone  the revoked key has the status revoked, and is not listed as live"],
    [],
  ],
  [
    "no account id",
    { noAccountId: true },
    [],
    [
      "WARN  account  PayEngine does not say which account this is",
      "  → keys can be made; but a key that answers 404 is never taken for deleted, a wrong account is not noticed, and `orphans` cannot prove where it looked until it finds a key",
    ],
  ],
] as const)("a dialect that the provider speaks passes: %s", async (_what, dialect, said, warned) => {
  await given.stage.control.setDialect(dialect);
  const { exitCode, lines } = await doctorOn(given.stage, "--write");
  expect(exitCode).toBe(0);
  for (const line of said) expect(lines).toContain(line);
  expect(troubles(lines)).toEqual([...warned, expect.stringMatching(/^0 failed, \d warnings?, 40 checks$/)]);
});
