import { diagnosticsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";

const given = useFixture();

const PROBLEM = (name: string) =>
  `error: pulumi-nodejs:dynamic/payengine:ApiKey resource '${name}' has a problem: `;

const wrong: Record<string, [args: string, ...messages: string[]]> = {
  http: [
    `{ apiUrl: "http://payengine.example/api" }`,
    "payengine:apiUrl would send the credential unencrypted; use https (http is only for this machine)",
  ],
  "not-a-url": [
    `{ apiUrl: "payengine" }`,
    "payengine:apiUrl is not a URL; write it like https://console.payengine.co/api",
  ],
  "user-info": [
    `{ apiUrl: "https://me:" + process.env.URL_PASSWORD + "@payengine.example/api" }`,
    "payengine:apiUrl holds a user name or password; take it out and set payengine:apiKey as a secret",
  ],
  query: [
    `{ apiUrl: "https://payengine.example/api?x=1" }`,
    "payengine:apiUrl holds a query or fragment; write it like https://console.payengine.co/api",
  ],
  numbers: [
    `{ accountId: "a b", requestTimeout: "soon", maxRetries: 11 }`,
    "payengine:accountId is not an id; give that of the account, of one of its merchants or of one of its keys",
    'payengine:requestTimeout is not a duration; write it like "30s" or "500ms"',
    "payengine:maxRetries must be a whole number from 0 to 10",
  ],
  moved: [
    `{ formerApiUrl: "console" }`,
    "payengine:formerApiUrl is not a URL; write it like https://console.payengine.co/api",
  ],
  contract: [
    `{ contract: "dashbord" }`,
    'payengine:contract is neither "dashboard" nor JSON of an object; write "dashboard" or an object such as { create: "POST /api-keys" }',
  ],
  "contract-calls": [
    `{ contract: { revoke: "none", reveal: "GET /api-keys/{id}", authorization: "Basic" } }`,
    'payengine:contract.revoke is "none", but recovery from an interrupted run needs list and revoke; name the call',
    'payengine:contract.authorization does not have {key} exactly once; write it like "Basic {key}"',
    "payengine:contract.reveal is the same call as get; each call needs a method or path of its own",
  ],
  "contract-fields": [
    `{ contract: { creat: "POST /keys", fields: { value: "id" } } }`,
    "payengine:contract has an unknown key, perhaps meant as create; it takes create, list, get, reveal, revoke, works, authorization, fields, types and revokedStatuses",
    "payengine:contract.fields.value is also the name of id, which is not secret; give each field a name of its own",
  ],
  "public-key": [
    `{ apiKey: "pk_test_0123456789abcdef" }`,
    "payengine:apiKey is a public key; give a private key",
  ],
  header: [
    `{ apiKey: "Basic " + process.env.PRIVATE_KEY }`,
    "payengine:apiKey starts with the word Basic; give the private key alone",
  ],
  "line-end": [
    `{ apiKey: process.env.PRIVATE_KEY + "\\n" }`,
    "payengine:apiKey holds spaces, line ends or characters outside ASCII; give the private key as PayEngine showed it",
  ],
  "no-name": [
    `{ credentialEnv: process.env.PRIVATE_KEY }`,
    "payengine:credentialEnv is not the name of an environment variable; write it like PAYENGINE_PRODUCTION_KEY",
  ],
  "no-credential": [
    `{ apiKey: undefined }`,
    'payengine:apiKey is not set for provider "no-credential"; give it apiKey, or set PAYENGINE_API_KEY',
  ],
  "no-variable": [
    `{ apiKey: undefined, credentialEnv: "TEAM_KEY" }`,
    'payengine:apiKey is not set for provider "no-variable"; give it apiKey, or set TEAM_KEY',
  ],
};

test("each wrong provider argument gets one message, and nothing is created or shown", async () => {
  const { fixture } = given;
  const urlPassword = "hunter2-hunter2-hunter2";
  fixture.secrets.add(urlPassword);
  const project = await fixture.project({
    env: {
      PRIVATE_KEY: fixture.credential,
      URL_PASSWORD: urlPassword,
      PAYENGINE_API_URL: fixture.sandbox.url,
    },
  });
  for (const [name, [args, ...messages]] of Object.entries(wrong)) {
    const program = `
const provider = new payengine.Provider("${name}", { apiKey: process.env.PRIVATE_KEY, ...${args} });
new payengine.ApiKey("${name}", { type: "private" }, { provider });`;
    await project.write({ "index.js": commonJs(program) });
    const failed = await project.fails("preview");
    expect(diagnosticsOf(failed)).toEqual({ [name]: messages.map((message) => PROBLEM(name) + message) });
  }
  // Without a preview the engine registers the providers first; the keys are refused all the same.
  const all = Object.entries(wrong).map(
    ([name, [args]]) => `
{
  const provider = new payengine.Provider("${name}", { apiKey: process.env.PRIVATE_KEY, ...${args} });
  new payengine.ApiKey("${name}", { type: "private" }, { provider });
}`,
  );
  await project.write({ "index.js": commonJs(all.join("")) });
  await project.fails("up", "--skip-preview", "--continue-on-error");
  expect(await fixture.control.requests()).toEqual([]);
});

test("a preview of a stack without a credential says how to set one", async () => {
  const project = await given.fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
    secrets: {},
  });
  const failed = await project.fails("preview");
  expect(diagnosticsOf(failed)).toEqual({
    checkout: [
      `${PROBLEM("checkout")}payengine:apiKey is not set; run \`pulumi config set --secret payengine:apiKey\` with a private key of a user who has the Admin or Developer role, or set PAYENGINE_API_KEY`,
    ],
  });
});

test("a credential in plaintext config works and draws one warning", async () => {
  const { fixture } = given;
  const project = await fixture.project({
    program: `
new payengine.ApiKey("checkout", { type: "private" });
new payengine.ApiKey("storefront", { type: "public" });`,
    config: { "payengine:apiUrl": fixture.sandbox.url, "payengine:apiKey": fixture.credential },
    secrets: {},
  });
  fixture.inTheClear.add(fixture.credential);
  const up = await project.up();
  expect(diagnosticsOf(up)).toEqual({
    "shop-dev": [
      "warning: payengine:apiKey stands in the stack's config in plaintext. Run `pulumi config set --secret payengine:apiKey` to encrypt it, and make another credential if the file was ever shared.",
    ],
  });
  expect(JSON.stringify(project.said)).not.toContain(fixture.credential);
});

test("no key is created while PULUMI_SKIP_CHECKPOINTS is set", async () => {
  const project = await given.fixture.project({
    program: `new payengine.ApiKey("checkout", { type: "private" });`,
  });
  project.env.PULUMI_EXPERIMENTAL = "true";
  project.env.PULUMI_SKIP_CHECKPOINTS = "true";
  const failed = await project.fails("up", "--skip-preview");
  expect(diagnosticsOf(failed)).toEqual({
    checkout: [
      `${PROBLEM("checkout")}PULUMI_SKIP_CHECKPOINTS is set, so a crash would leave a key that no state names; unset it to create keys`,
    ],
  });
  expect(await given.fixture.control.requests()).toEqual([]);
});
