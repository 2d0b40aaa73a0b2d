import { abridged, startingWith } from "../abridged";
import { useFixture } from "../e2e/harness/fixture";
import { examined, NO_LIST, NO_WORKS, NO_WRITE, paste, troublesOf } from "./doctor-fixture";
import { projectWithKey } from "./one-key-project";
import { changeState } from "./planted-state";

const given = useFixture();

test("an empty passphrase fails, because anyone with the state can decrypt it", async () => {
  const project = await given.fixture.project({ env: { PULUMI_CONFIG_PASSPHRASE: "" } });
  const [exitCode, lines] = await troublesOf(project);
  expect([exitCode, lines[0]]).toEqual([
    2,
    "FAIL  secrets provider  the passphrase is empty, so anyone with the state can decrypt it",
  ]);
});

test("an invalid proxy address fails, and nothing is sent", async () => {
  const project = await given.fixture.project({
    config: { "payengine:apiUrl": "https://payengine.example/api" },
  });
  expect(await troublesOf(project, [], { HTTPS_PROXY: "http://[not a proxy" })).toEqual([
    2,
    [
      startingWith("FAIL  connection  HTTPS_PROXY or HTTP_PROXY is not a proxy's URL"),
      "  → correct or unset HTTPS_PROXY and HTTP_PROXY",
      NO_LIST,
    ],
  ]);
});

test("secrets in plaintext in config or state fail", async () => {
  const { fixture } = given;
  fixture.inTheClear.add(fixture.credential);
  const config = { "payengine:apiUrl": fixture.sandbox.url, "payengine:apiKey": fixture.credential };
  const project = await fixture.project({ config, secrets: {} });
  const todo =
    "  → run `pulumi stack change-secrets-provider` with passphrase or a key management service, then create new keys: older states in backups stay readable";
  const inConfig = [
    "FAIL  config secrets  payengine:apiKey is in the stack's config in plaintext",
    startingWith("  → run `pulumi config set --secret payengine:apiKey`, and"),
  ];
  let encrypted: { type: string } | undefined;
  await changeState(project, (state) => {
    encrypted = state.secrets_providers;
    state.secrets_providers = { type: "b64" };
  });
  expect(await troublesOf(project)).toEqual([
    2,
    ["FAIL  secrets provider  b64: state stores private keys in plaintext", todo, ...inConfig],
  ]);
  await changeState(project, (state) => {
    state.secrets_providers = encrypted;
  });
  expect(await troublesOf(project)).toEqual([2, inConfig]);
});

test("doctor fails if the default provider has keys but no credential", async () => {
  const { project } = await projectWithKey(given.fixture);
  await project.ok("config", "rm", "payengine:apiKey");
  expect(await troublesOf(project)).toEqual([
    2,
    [
      startingWith("FAIL  config  payengine:apiKey is not set; "),
      "  → set these with `pulumi config set`, or in the environment",
      "skip  connection  there is no usable configuration",
    ],
  ]);
});

test("doctor reports a wrong configuration and sends nothing", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    config: { "payengine:apiUrl": "http://payengine.example/api" },
    secrets: {},
  });
  expect(await troublesOf(project)).toEqual([
    2,
    [
      abridged("FAIL  config  payengine:apiUrl must be https", "payengine:apiKey is not set; ", ""),
      "  → set these with `pulumi config set`, or in the environment",
      "skip  connection  there is no usable configuration",
    ],
  ]);
  expect(await fixture.control.requests()).toEqual([]);
});

test.each([
  [
    "a user without the role",
    async () => (await given.fixture.newCredential("sandbox", "User")).key,
    [
      NO_WORKS,
      "FAIL  list  GET /api-keys returned 403: the credential's user may not manage keys",
      "  → have an admin give this user the Admin or Developer role, or use a private key of a user who has it; if only people can create keys in this account, run `pulumi config set payengine:contract dashboard` (see docs/dashboard.md)",
      "skip  get  the list has no key to request",
      startingWith("FAIL  account  PayEngine returned 403 for GET <address>/api/api-keys/<id>: E120"),
      "  → fix this first: payengine:accountId could not be checked",
      NO_WRITE,
    ],
  ],
  [
    "an unknown credential",
    async () => "f".repeat(108),
    [
      "FAIL  credential  PayEngine returned 401 for it (E121)",
      '  → check that the private key is complete and not revoked, that it belongs to the account at payengine:apiUrl (production and sandbox are separate accounts), and that payengine:contract.authorization is right (default "Basic {key}"). No other header was tried, to protect the secret',
      NO_WORKS,
      NO_LIST,
    ],
  ],
  [
    "another account than the pinned one",
    async () => (await given.fixture.newCredential("production", "Admin")).key,
    [
      startingWith("FAIL  account  payengine:accountId pins <id>, but"),
      "  → remove payengine:accountId and run this again; it then prints the value to set",
      NO_WRITE,
    ],
  ],
])("doctor fails for %s and says what to do", async (_what, credential, expected) => {
  const { fixture } = given;
  const [{ id }] = await fixture.control.keys();
  const project = await fixture.project({
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:accountId": id },
  });
  expect(await troublesOf(project, ["--write"], { PAYENGINE_API_KEY: await credential() })).toEqual([
    2,
    expected,
  ]);
  expect(await fixture.liveKeys()).toEqual([]);
});

test("doctor proves a pin of any id that the account shows", async () => {
  const { fixture } = given;
  const [{ id: key }] = await fixture.control.keys();
  const project = await fixture.project({});
  const first = await examined(project);
  const [, line = ""] = /`(pulumi config set payengine:accountId [0-9a-f-]+)`/.exec(first.stdout) ?? [];
  for (const command of [line, `pulumi config set payengine:accountId ${key}`]) {
    await paste(project, [command]);
    expect((await examined(project)).lines).toContain(
      "pass  account  payengine:accountId pins <id>, which this account shows",
    );
  }
});

test("an unknown config key fails and gets the nearest known one suggested", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    config: {
      "payengine:apiUrl": fixture.sandbox.url,
      "payengine:acountId": "x",
      "payengine:contract.get": "none",
      "payengine:theme": "dark",
    },
  });
  expect(await troublesOf(project)).toEqual([
    2,
    [
      abridged("FAIL  config keys  payengine:acountId ", "did you mean payengine:accountId?"),
      "  → run `pulumi config rm payengine:acountId` once the right one is set",
      startingWith("FAIL  config keys  payengine:contract.get is a separate key"),
      "  → run `pulumi config rm payengine:contract.get` once the right one is set",
    ],
  ]);
});

test("an address without a server, or with a server other than PayEngine, fails", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    config: { "payengine:apiUrl": "http://127.0.0.1:1/api", "payengine:maxRetries": "0" },
  });
  expect(await troublesOf(project)).toEqual([
    2,
    [
      startingWith("FAIL  connection  PayEngine refused the connection"),
      "  → fix the problem above; HTTPS_PROXY sets a proxy, NODE_EXTRA_CA_CERTS a certificate authority",
      ...["credential", "works", "clock"].map((check) => `skip  ${check}  there is no connection`),
      NO_LIST,
    ],
  ]);
  await project.ok("config", "set", "payengine:apiUrl", fixture.sandbox.url);
  await fixture.control.addFault({ operation: "merchant", kind: "html200" });
  expect(await troublesOf(project)).toEqual([
    2,
    [
      startingWith("FAIL  credential  The response to GET <address>/api/merchant is not JSON"),
      "  → check that payengine:apiUrl is the address of PayEngine's API",
      NO_WORKS,
      NO_LIST,
    ],
  ]);
});

test("doctor examines the provider named by --provider, and --json holds the same results as the lines", async () => {
  const { fixture } = given;
  const { key, keyId } = await fixture.newCredential("production", "Developer");
  const project = await fixture.project({
    program: `
const provider = new payengine.Provider("production", { credentialEnv: "TEAM_KEY", accountId: "${keyId}", apiUrl: "${fixture.sandbox.url}" });
new payengine.ApiKey("live", { type: "private" }, { provider });`,
    env: { TEAM_KEY: key },
  });
  await project.up();
  expect(await troublesOf(project)).toEqual([
    0,
    [
      "WARN  providers  only the default provider was checked",
      "  → run this again with --provider production",
    ],
  ]);
  const { exitCode, stdout, stderr } = await examined(project, ["--provider", "production", "--json"]);
  const { findings, ...rest } = JSON.parse(stdout);
  expect([exitCode, stderr, rest]).toEqual([0, "", { commands: [], failed: 0, warned: 0 }]);
  expect(findings).toContainEqual({
    check: "account",
    status: "pass",
    found: `payengine:accountId pins ${keyId}, which this account shows`,
  });
  expect(await troublesOf(project, ["--provider", "staging"])).toEqual([
    2,
    [
      'FAIL  config  state has no provider "staging"',
      "  → pass the provider's name in the program, after the first `pulumi up`",
      "skip  connection  there is no usable configuration",
    ],
  ]);
});

test("a project with only explicit providers needs no default credential", async () => {
  const { fixture } = given;
  const { key } = await fixture.newCredential("production", "Admin");
  const project = await fixture.project({
    program: `
const provider = new payengine.Provider("production", { credentialEnv: "TEAM_KEY", apiUrl: "${fixture.sandbox.url}" });
new payengine.ApiKey("live", { type: "private" }, { provider });`,
    config: {},
    secrets: {},
    env: { TEAM_KEY: key },
  });
  expect(await troublesOf(project)).toEqual([
    0,
    [
      "WARN  config  the default provider has no credential, so the account was not checked. This is fine only if every key in the program has an explicit provider",
      "  → for the default provider, run `pulumi config set --secret payengine:apiKey`, or set PAYENGINE_API_KEY. To check an explicit provider, run this with `--provider <name>` after the first `pulumi up`; before that, set PAYENGINE_API_KEY to its credential and PAYENGINE_API_URL to its address",
      "skip  connection  there is no usable configuration",
    ],
  ]);
  const trial = { PAYENGINE_API_KEY: key, PAYENGINE_API_URL: fixture.sandbox.url };
  expect((await examined(project, [], { env: trial })).lines).toContain(
    "pass  credential  PayEngine accepts it",
  );
  await project.up();
  expect(await troublesOf(project)).toEqual([
    0,
    [
      "WARN  providers  all keys belong to explicit providers, and the default provider has no credential",
      "  → run this again with --provider production",
      "skip  connection  the default provider is not in use",
    ],
  ]);
  await fixture.control.setDialect({ getById: false });
  const { exitCode, stdout } = await examined(project, ["--provider", "production"]);
  expect(exitCode).toBe(2);
  expect(stdout).toContain(
    'payengine:contract that fits this account (set it in the program, on provider "production"):\n\n  contract: {"get":"none"}\n',
  );
});
