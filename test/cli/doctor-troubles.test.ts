import { useStage } from "../e2e/harness/stage";
import { payengine } from "./command";
import { troublesOf } from "./doctor-on-stage";
import { changeState } from "./planted-state";

const given = useStage();

test("an empty passphrase fails: anyone who has the state can decrypt it", async () => {
  const project = await given.stage.project({ env: { PULUMI_CONFIG_PASSPHRASE: "" } });
  const [exitCode, lines] = await troublesOf(project);
  expect([exitCode, lines[0]]).toEqual([
    2,
    "FAIL  secrets provider  the passphrase is empty, so anyone who has the state can decrypt it",
  ]);
});

test("a proxy's address that is none fails, and nothing is sent", async () => {
  const project = await given.stage.project({
    config: { "payengine:apiUrl": "https://payengine.example/api" },
  });
  expect(await troublesOf(project, [], { HTTPS_PROXY: "http://[not a proxy" })).toEqual([
    2,
    [
      "FAIL  connection  HTTPS_PROXY or HTTP_PROXY is not a proxy's URL; correct or unset it.",
      "  → correct or unset HTTPS_PROXY and HTTP_PROXY",
      "skip  list  put right what failed before",
    ],
  ]);
});

test("secrets in plaintext fail, in config and in state", async () => {
  const { stage } = given;
  stage.inTheClear.add(stage.credential);
  const config = { "payengine:apiUrl": stage.sandbox.url, "payengine:apiKey": stage.credential };
  const project = await stage.project({ config, secrets: {} });
  const todo =
    "  → run `pulumi stack change-secrets-provider` with passphrase or a key management service, then make new keys: what was written before is readable in backups";
  const inConfig = [
    "FAIL  config secrets  payengine:apiKey stands in the stack's config in plaintext",
    "  → run `pulumi config set --secret payengine:apiKey`, and make another credential if the file was ever shared",
  ];
  let encrypted: { type: string } | undefined;
  await changeState(project, (state) => {
    encrypted = state.secrets_providers;
    state.secrets_providers = { type: "b64" };
  });
  expect(await troublesOf(project)).toEqual([
    2,
    ["FAIL  secrets provider  b64: state holds private keys in plaintext", todo, ...inConfig],
  ]);
  await changeState(project, (state) => {
    state.secrets_providers = encrypted;
  });
  expect(await troublesOf(project)).toEqual([2, inConfig]);
});

test("what is wrong with the configuration is said, and nothing is sent", async () => {
  const { stage } = given;
  const project = await stage.project({
    config: { "payengine:apiUrl": "http://payengine.example/api" },
    secrets: {},
  });
  expect(await troublesOf(project)).toEqual([
    2,
    [
      "FAIL  config  payengine:apiUrl would send the credential unencrypted; use https (http is only for this machine); payengine:apiKey is not set; run `pulumi config set --secret payengine:apiKey` with a private key of a user who has the Admin or Developer role, or set PAYENGINE_API_KEY",
      "  → set these by `pulumi config set`, or in the environment",
      "skip  connection  there is no usable configuration",
    ],
  ]);
  expect(await stage.control.requests()).toEqual([]);
});

test.each([
  [
    "a user without the role",
    async () => (await given.stage.newCredential("acct_sandbox", "User")).key,
    [
      expect.stringMatching(/^FAIL {2}account {2}PayEngine answered 403 to GET <address>\/api\/merchant: /),
      "  → every `pulumi up` asks /merchant for the account: have an admin raise this user's role to Admin or Developer in PayEngine's dashboard, or use a private key of somebody who has it",
      "skip  list  put right what failed before",
    ],
  ],
  [
    "an unknown credential",
    async () => "f".repeat(102),
    [
      expect.stringMatching(
        /^FAIL {2}credential {2}PayEngine answered 401 to GET <address>\/api\/merchant: /,
      ),
      "  → make a private key in PayEngine's dashboard, and set it with `pulumi config set --secret payengine:apiKey`",
      "skip  account  /merchant did not answer",
      "skip  list  put right what failed before",
    ],
  ],
  [
    "another account than the pinned one",
    async () => (await given.stage.newCredential("acct_production", "Admin")).key,
    [
      "FAIL  account  the credential belongs to acct_production, but payengine:accountId pins acct_sandbox",
      "  → use a credential and payengine:apiUrl of acct_sandbox",
      "skip  list  put right what failed before",
    ],
  ],
])("%s fails with what to do", async (_what, credential, expected) => {
  const { stage } = given;
  const project = await stage.project({
    config: { "payengine:apiUrl": stage.sandbox.url, "payengine:accountId": "acct_sandbox" },
  });
  expect(await troublesOf(project, ["--write"], { PAYENGINE_API_KEY: await credential() })).toEqual([
    2,
    expected,
  ]);
  expect(await stage.liveKeys()).toEqual([]);
});

test("an address where nobody listens, or no PayEngine, fails", async () => {
  const { stage } = given;
  const project = await stage.project({
    config: { "payengine:apiUrl": "http://127.0.0.1:1/api", "payengine:maxRetries": "0" },
  });
  expect(await troublesOf(project)).toEqual([
    2,
    [
      "FAIL  connection  PayEngine refused the connection; check payengine:apiUrl and the network (GET <address>/api/merchant, ECONNREFUSED)",
      "  → see above; a proxy is set by HTTPS_PROXY, a certificate authority by NODE_EXTRA_CA_CERTS",
      ...["credential", "account", "clock"].map((check) => `skip  ${check}  there is no connection`),
      "skip  list  put right what failed before",
    ],
  ]);
  await project.ok("config", "set", "payengine:apiUrl", stage.sandbox.url);
  await stage.control.addFault({ operation: "merchant", kind: "html200" });
  expect(await troublesOf(project)).toEqual([
    2,
    [
      "FAIL  credential  The answer to GET <address>/api/merchant is not JSON; check that payengine:apiUrl is the address of PayEngine's API",
      "  → check that payengine:apiUrl is the address of PayEngine's API",
      "skip  account  /merchant did not answer",
      "skip  list  put right what failed before",
    ],
  ]);
});

test("an explicit provider is examined by its name, and JSON holds what the lines say", async () => {
  const { stage } = given;
  const { key } = await stage.newCredential("acct_production", "Developer");
  const project = await stage.project({
    program: `
const provider = new payengine.Provider("production", { credentialEnv: "TEAM_KEY", accountId: "acct_production", apiUrl: "${stage.sandbox.url}" });
new payengine.ApiKey("live", { type: "private" }, { provider });`,
    env: { TEAM_KEY: key },
  });
  await project.up();
  expect(await troublesOf(project)).toEqual([
    0,
    [
      "WARN  providers  only the default provider is looked at",
      "  → run this again with --provider production",
    ],
  ]);
  const { exitCode, stdout, stderr } = await payengine(project, [
    "doctor",
    "--provider",
    "production",
    "--json",
  ]);
  const { findings, ...counts } = JSON.parse(stdout);
  expect([exitCode, stderr, counts]).toEqual([0, "", { failed: 0, warned: 0 }]);
  expect(findings).toContainEqual({
    check: "account",
    status: "pass",
    found: "acct_production, as payengine:accountId pins it",
  });
  expect(await troublesOf(project, ["--provider", "staging"])).toEqual([
    2,
    [
      'FAIL  config  state holds no provider "staging"',
      "  → give the name that the program gives it, after the first `pulumi up`",
      "skip  connection  there is no usable configuration",
    ],
  ]);
});
