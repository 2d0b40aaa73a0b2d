import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type DialectInput, type FaultInput, MERCHANT_IDS } from "payengine-sandbox";
import { diagnosticsOf } from "../e2e/harness/diagnostics";
import { useFixture } from "../e2e/harness/fixture";

const given = useFixture();

test("each failure to reach or use PayEngine gives one message, and nothing is created", async () => {
  const { fixture } = given;
  const user = await fixture.newCredential("sandbox", "User");
  const portal = await fixture.newCredential("sandbox", "Developer");
  const revoked = await fixture.newCredential("sandbox", "Admin");
  await fixture.control.revokeKey(revoked.keyId);
  await fixture.control.addFault({
    operation: "createKey",
    kind: "statusBeforeCommit",
    status: 404,
    keyName: "shop-dev-no-keys",
  });
  await fixture.control.addFault({
    operation: "merchant",
    kind: "html200",
    times: "always",
    keyName: portal.userId,
  });
  const url = fixture.sandbox.url;
  const providers: Record<string, object> = {
    unauthorized: { apiKey: revoked.key },
    forbidden: { apiKey: user.key },
    "no-keys": {},
    "wrong-path": { apiUrl: url.replace("/api", "/elsewhere") },
    html: { apiKey: portal.key },
    refused: { apiUrl: "http://127.0.0.1:1/api" },
    tls: { apiUrl: url.replace("http:", "https:") },
    unresolved: { apiUrl: "https://payengine.invalid/api" },
    "other-account": { accountId: MERCHANT_IDS.production[1] },
  };
  const program = `
const providers = JSON.parse(process.env.PROVIDERS);
for (const [name, args] of Object.entries(providers)) {
  const provider = new payengine.Provider(name, { apiKey: process.env.PRIVATE_KEY, maxRetries: 0, ...args });
  new payengine.ApiKey(name, { type: "private" }, { provider });
}`;
  const project = await fixture.project({
    program,
    env: { PROVIDERS: JSON.stringify(providers), PRIVATE_KEY: fixture.credential, PAYENGINE_API_URL: url },
  });
  await project.ok("preview");
  const failed = await project.fails("up", "--skip-preview", "--continue-on-error");
  const { "shop-dev": _, ...said } = diagnosticsOf(failed);
  const could = (name: string, why: string) => [
    `error: Could not create the key "shop-dev-${name}-<digits>": ${why}`,
  ];
  expect(said).toEqual({
    unauthorized: could(
      "unauthorized",
      "PayEngine answered 401 to GET <address>/api/merchant: E121: Invalid API key. The credential is unknown or revoked: set payengine:apiKey or PAYENGINE_API_KEY (for an explicit provider its apiKey, or the variable of its credentialEnv) to a private key that works; destroy and refresh use the one that state recorded unless --run-program is given. No key was made.",
    ),
    forbidden: could(
      "forbidden",
      "PayEngine answered 403 to GET <address>/api/api-keys: E120: Insufficient permission for this route. Managing keys needs a credential whose user has the Admin or Developer role. No key was left behind.",
    ),
    "no-keys": could(
      "no-keys",
      "PayEngine answered 404 to POST <address>/api/api-keys: Status 404, as asked for by a fault. This account or address may not offer it: check payengine:apiUrl. No key was left behind.",
    ),
    "wrong-path": could(
      "wrong-path",
      "PayEngine answered 404 to GET <address>/elsewhere/merchant: No such call: GET /elsewhere/merchant. This account or address may not offer it: check payengine:apiUrl. No key was made.",
    ),
    html: could(
      "html",
      "The answer to GET <address>/api/merchant is not JSON; check that payengine:apiUrl is the address of PayEngine's API. No key was made.",
    ),
    refused: could(
      "refused",
      "PayEngine refused the connection; check payengine:apiUrl and the network (GET <address>/api/merchant, ECONNREFUSED). No key was made.",
    ),
    tls: could(
      "tls",
      "No trusted TLS connection to PayEngine; check the address, the clock and NODE_EXTRA_CA_CERTS (GET <address>/api/merchant, ERR_SSL_WRONG_VERSION_NUMBER). No key was made.",
    ),
    unresolved: could(
      "unresolved",
      "PayEngine's host name was not found; check payengine:apiUrl and the network (GET https://payengine.invalid/api/merchant, ENOTFOUND). No key was made.",
    ),
    "other-account": could(
      "other-account",
      "payengine:accountId pins <key id>, but the account of this credential shows no account, merchant or key of that id; check the credential and payengine:apiUrl, or set what `pulumi-payengine doctor` prints. No key was made.",
    ),
  });
  expect(await fixture.liveKeys()).toEqual([]);
  expect(await project.keys()).toEqual([]);
});

test("an account with other calls gets one message that says what to set, and no key stays live", async () => {
  const { fixture } = given;
  const REVEAL = { reveal: "POST /api-keys/{id}/reveal" };
  const differing: Record<
    string,
    { dialect?: DialectInput; fault?: FaultInput; contract?: object; why: string }
  > = {
    "only people": {
      dialect: { manageKeys: "consoleOnly" },
      why: 'PayEngine answered 401 to GET <address>/api/api-keys: jwt malformed. This call takes signed-in users of PayEngine\'s console only, and no private key: run `pulumi-payengine doctor`; where no call takes a private key, set payengine:contract to "dashboard". No key was left behind.',
    },
    "another path": {
      dialect: { path: "/keys" },
      why: "PayEngine answered 400 to GET <address>/api/api-keys: Unsupported API call. Please check the path and method. No key was left behind.",
    },
    "no id": {
      dialect: { fields: { id: "uuid" } },
      why: "The answer to GET <address>/api/api-keys is not in the form of the contract (entry 1 has no id); run `pulumi-payengine doctor`, which only reads and prints the payengine:contract that fits this account. No key was left behind.",
    },
    "no name": {
      dialect: { fields: { name: "label" } },
      why: "The list of keys is not in the form of the contract (no entry has a name); where names stand in another field, set it by payengine:contract.fields.name; run `pulumi-payengine doctor`, which only reads and prints the payengine:contract that fits this account. No key was left behind.",
    },
    "no value": {
      dialect: { fields: { value: "secret" } },
      why: "The response did not include the key's value; where another call of your account shows it, set payengine:contract.reveal to that call (`pulumi-payengine doctor`). No key was left behind.",
    },
    "a masked value": {
      fault: { operation: "createKey", kind: "maskedValue", form: "stars", times: "always" },
      why: "The response did not include the key's value; where another call of your account shows it, set payengine:contract.reveal to that call (`pulumi-payengine doctor`). No key was left behind.",
    },
    "revealed before": {
      dialect: { reveal: "byCall" },
      contract: REVEAL,
      fault: {
        ...{ operation: "revealKey", kind: "statusBeforeCommit", status: 422, times: "always" },
        message: "E106: Key has been revealed before",
      },
      why: "The key was made, but its value was not revealed: PayEngine answered 422 to POST <address>/api/api-keys/<key id>/reveal: E106: Key has been revealed before. The key's value has been shown before, and PayEngine shows it once. No key was left behind.",
    },
    "another scheme": {
      dialect: { scheme: "Bearer" },
      why: "PayEngine answered 401 to GET <address>/api/merchant: E121: Invalid API key. The credential is unknown or revoked: set payengine:apiKey or PAYENGINE_API_KEY (for an explicit provider its apiKey, or the variable of its credentialEnv) to a private key that works; destroy and refresh use the one that state recorded unless --run-program is given. No key was made.",
    },
  };
  for (const [name, { dialect = {}, fault, contract, why }] of Object.entries(differing)) {
    await fixture.control.setDialect(dialect);
    await fixture.control.clearFaults();
    if (fault !== undefined) await fixture.control.addFault(fault);
    const project = await fixture.project({
      program: `new payengine.ApiKey("checkout", { type: "private" });`,
      config: {
        "payengine:apiUrl": fixture.sandbox.url,
        "payengine:maxRetries": "0",
        ...(contract && { "payengine:contract": JSON.stringify(contract) }),
      },
    });
    const failed = await project.fails("up", "--skip-preview");
    expect({ [name]: diagnosticsOf(failed).checkout }).toEqual({
      [name]: [`error: Could not create the key "shop-dev-checkout-<digits>": ${why}`],
    });
    expect([await fixture.liveKeys(), await project.keys()]).toEqual([[], []]);
  }
  await fixture.control.setDialect({});
});

test("an error names a proxy that refuses the connection without its password", async () => {
  const { fixture } = given;
  const password = "proxy:pass/word@42!";
  fixture.secrets.add(password).add(encodeURIComponent(password));
  const proxy = createServer().on("connect", (_request, socket) => {
    socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  try {
    const { port } = proxy.address() as AddressInfo;
    const project = await fixture.project({
      program: `new payengine.ApiKey("checkout", { type: "private" });`,
      config: { "payengine:apiUrl": "https://payengine.example/api", "payengine:maxRetries": "0" },
      env: { HTTPS_PROXY: `http://deploy:${encodeURIComponent(password)}@127.0.0.1:${port}` },
    });
    const failed = await project.fails("up", "--skip-preview");
    expect(diagnosticsOf(failed).checkout).toEqual([
      'error: Could not create the key "shop-dev-checkout-<digits>": No connection to PayEngine was opened; a proxy is set in HTTPS_PROXY or HTTP_PROXY: check it and its credentials (GET https://payengine.example/api/merchant, UND_ERR_ABORTED). No key was made.',
    ]);
    project.env.HTTPS_PROXY = `ht tp://deploy:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    const malformed = await project.fails("up", "--skip-preview");
    expect(diagnosticsOf(malformed).checkout).toEqual([
      `error: Nothing was done with the key "shop-dev-checkout-<digits>": HTTPS_PROXY or HTTP_PROXY is not a proxy's URL; correct or unset it.`,
    ]);
  } finally {
    proxy.close();
  }
});
