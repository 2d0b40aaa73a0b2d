import { abridged, startingWith } from "../abridged";
import { diagnosticsOf } from "../e2e/harness/diagnostics";
import { commonJs, useFixture } from "../e2e/harness/fixture";

const given = useFixture();

const PROBLEM = (name: string) =>
  `error: pulumi-nodejs:dynamic/payengine:ApiKey resource '${name}' has a problem: `;

const wrong: Record<string, [args: string, ...messages: string[]]> = {
  http: [
    `{ apiUrl: "http://payengine.example/api" }`,
    "apiUrl must be https, because http would send the credential unencrypted",
  ],
  "not-a-url": [`{ apiUrl: "payengine" }`, "apiUrl is not a URL"],
  "user-info": [
    `{ apiUrl: "https://me:" + process.env.URL_PASSWORD + "@payengine.example/api" }`,
    "apiUrl contains a user name or password",
  ],
  query: [`{ apiUrl: "https://payengine.example/api?x=1" }`, "apiUrl contains a query or fragment"],
  numbers: [
    `{ accountId: "a b", requestTimeout: "soon", maxRetries: 11 }`,
    "accountId is not an ID",
    "requestTimeout is not a duration",
    "maxRetries must be a whole number",
  ],
  moved: [`{ formerApiUrl: "console" }`, "formerApiUrl is not a URL"],
  contract: [`{ contract: "dashbord" }`, 'contract is neither "dashboard" nor JSON of an object'],
  "contract-calls": [
    `{ contract: { revoke: "none", reveal: "GET /api-keys/{id}", authorization: "Basic" } }`,
    'contract.revoke is "none"',
    "contract.authorization does not have {key} exactly once",
    "contract.reveal is the same request as get",
  ],
  "contract-fields": [
    `{ contract: { creat: "POST /keys", fields: { value: "id" } } }`,
    "contract has an unknown key (did you mean create?)",
    "contract.fields.value is also the name of id",
  ],
  "public-key": [`{ apiKey: "pk_test_0123456789abcdef" }`, "apiKey is a public key"],
  header: [`{ apiKey: "Basic " + process.env.PRIVATE_KEY }`, "apiKey starts with the word Basic"],
  "line-end": [`{ apiKey: process.env.PRIVATE_KEY + "\\n" }`, "apiKey contains spaces, line ends"],
  "no-name": [
    `{ credentialEnv: process.env.PRIVATE_KEY }`,
    "credentialEnv is not the name of an environment variable",
  ],
  "no-credential": [`{ apiKey: undefined }`, 'apiKey is not set for the provider "no-credential"'],
  "no-variable": [
    `{ apiKey: undefined, credentialEnv: "TEAM_KEY" }`,
    'apiKey is not set for the provider "no-variable"',
  ],
};

test("each invalid provider argument causes one message, and nothing is created or shown", async () => {
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
    expect(diagnosticsOf(failed)).toEqual({
      [name]: messages.map((message) => startingWith(`${PROBLEM(name)}payengine:${message}`)),
    });
  }
  // Without a preview the engine registers the providers first, but the keys are still refused.
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
    checkout: [abridged(`${PROBLEM("checkout")}payengine:apiKey is not set; `, "or set PAYENGINE_API_KEY")],
  });
});

test("a credential in plaintext config works and causes one warning", async () => {
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
      abridged(
        "warning: payengine:apiKey ",
        "in plaintext",
        "`pulumi config set --secret payengine:apiKey`",
        "",
      ),
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
    checkout: [abridged(`${PROBLEM("checkout")}PULUMI_SKIP_CHECKPOINTS is set`, "unset it to create keys")],
  });
  expect(await given.fixture.control.requests()).toEqual([]);
});
