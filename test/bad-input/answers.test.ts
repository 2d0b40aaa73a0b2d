import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type DialectInput, type FaultInput, MERCHANT_IDS } from "payengine-sandbox";
import { abridged } from "../abridged";
import { diagnosticsOf } from "../e2e/harness/diagnostics";
import { useFixture } from "../e2e/harness/fixture";

const given = useFixture();

const LEFT = "No key was left behind.";
const NONE = "No key was created.";

test("each failure to reach or use PayEngine causes one message, and nothing is created", async () => {
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
  const could = (name: string, why: string, ...more: string[]) => [
    abridged(`error: Could not create the key "shop-dev-${name}-<digits>": ${why}`, ...more),
  ];
  expect(said).toEqual({
    unauthorized: could(
      "unauthorized",
      "PayEngine returned 401 for GET <address>/api/merchant",
      "Set payengine:apiKey or PAYENGINE_API_KEY",
      NONE,
    ),
    forbidden: could(
      "forbidden",
      "PayEngine returned 403 for GET <address>/api/api-keys",
      "the Admin or Developer role",
      LEFT,
    ),
    "no-keys": could(
      "no-keys",
      "PayEngine returned 404 for POST <address>/api/api-keys",
      "check payengine:apiUrl",
      LEFT,
    ),
    "wrong-path": could(
      "wrong-path",
      "PayEngine returned 404 for GET <address>/elsewhere/merchant",
      "check payengine:apiUrl",
      NONE,
    ),
    html: could("html", "The response to GET <address>/api/merchant is not JSON", NONE),
    refused: could("refused", "PayEngine refused the connection", NONE),
    tls: could("tls", "Could not open a trusted TLS connection to PayEngine", NONE),
    unresolved: could("unresolved", "PayEngine's host name was not found", NONE),
    "other-account": could("other-account", "payengine:accountId pins <key id>, but", NONE),
  });
  expect(await fixture.liveKeys()).toEqual([]);
  expect(await project.keys()).toEqual([]);
});

test("an account with another contract causes one message that says what to set, and no key stays active", async () => {
  const { fixture } = given;
  const REVEAL = { reveal: "POST /api-keys/{id}/reveal" };
  const differing: Record<
    string,
    { dialect?: DialectInput; fault?: FaultInput; contract?: object; why: string[] }
  > = {
    "only people": {
      dialect: { manageKeys: "consoleOnly" },
      why: [
        "PayEngine returned 401 for GET <address>/api/api-keys",
        'set payengine:contract to "dashboard"',
        LEFT,
      ],
    },
    "another path": {
      dialect: { path: "/keys" },
      why: ["PayEngine returned 400", "Unsupported API call", LEFT],
    },
    "no id": {
      dialect: { fields: { id: "uuid" } },
      why: ["The response to GET", "(entry 1 has no id)", "pulumi-payengine doctor", LEFT],
    },
    "no name": {
      dialect: { fields: { name: "label" } },
      why: ["The list of keys", "(no entry has a name)", "payengine:contract.fields.name", LEFT],
    },
    "no value": {
      dialect: { fields: { value: "secret" } },
      why: ["The response did not include the key's value", "payengine:contract.reveal", LEFT],
    },
    "a masked value": {
      fault: { operation: "createKey", kind: "maskedValue", form: "stars", times: "always" },
      why: ["The response did not include the key's value", "payengine:contract.reveal", LEFT],
    },
    "revealed before": {
      dialect: { reveal: "byCall" },
      contract: REVEAL,
      fault: {
        ...{ operation: "revealKey", kind: "statusBeforeCommit", status: 422, times: "always" },
        message: "E106: Key has been revealed before",
      },
      why: ["its value was not revealed: PayEngine returned 422", LEFT],
    },
    "another scheme": {
      dialect: { scheme: "Bearer" },
      why: [
        "PayEngine returned 401 for GET <address>/api/merchant",
        "Set payengine:apiKey or PAYENGINE_API_KEY",
        NONE,
      ],
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
      [name]: [abridged('error: Could not create the key "shop-dev-checkout-<digits>": ', ...why)],
    });
    expect([await fixture.liveKeys(), await project.keys()]).toEqual([[], []]);
  }
  await fixture.control.setDialect({});
});

test("an error about a proxy that refuses the connection does not show its password", async () => {
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
      abridged("error: Could not create the key", "a proxy is set in HTTPS_PROXY or HTTP_PROXY", NONE),
    ]);
    project.env.HTTPS_PROXY = `ht tp://deploy:${encodeURIComponent(password)}@127.0.0.1:${port}`;
    const malformed = await project.fails("up", "--skip-preview");
    expect(diagnosticsOf(malformed).checkout).toEqual([
      expect.stringContaining("HTTPS_PROXY or HTTP_PROXY is not a proxy's URL"),
    ]);
  } finally {
    proxy.close();
  }
});
