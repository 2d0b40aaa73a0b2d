import { ApiError, messageOf, NotFoundError, ResponseSchemaError } from "../../provider/payengine/errors";
import { messageThrownBy, thrownBy } from "../sandbox-harness";
import { CREDENTIAL, client, closeClients } from "./client-harness";
import { reply, ScriptedServer } from "./scripted-server";

let server: ScriptedServer | undefined;
afterEach(async () => {
  await closeClients();
  await server?.close();
});

const serve = async (...[status, body, headers]: Parameters<typeof reply>) => {
  await server?.close();
  server = await ScriptedServer.open(reply(status, body, headers));
  return { api: client(server.url).api, url: server.url, received: server.received };
};
const key = { id: "key_1", name: "n", type: "private", status: "active", createdAt: "2026-01-01T00:00:00Z" };

test("a request has the credential and JSON headers", async () => {
  const { api, received } = await serve(201, { data: key });
  await api.createKey({ name: "n", type: "private" });
  expect(received[0]).toMatchObject({
    method: "POST",
    url: "/api/api-keys",
    headers: {
      authorization: `Basic ${CREDENTIAL}`,
      accept: "application/json",
      "content-type": "application/json",
    },
  });
});

test("a request encodes ids and search text", async () => {
  const { api, received } = await serve(200, { data: [] });
  await api.readPage(2, "a&b=c d").catch(() => {});
  await api.getKey("../merchant?x=1#y").catch(() => {});
  expect(received.map(({ url }) => url)).toEqual([
    "/api/api-keys?page=2&size=100&limit=100&q=a%26b%3Dc+d",
    "/api/api-keys/..%2Fmerchant%3Fx%3D1%23y",
  ]);
});

const snake = {
  id: "7f0c1a52-9d3e-4b86-a1c4-5e2d90b7f318",
  name: "n",
  type: "private",
  status: "active",
  redacted_key: "3f9a…c21d",
  created_at: "2026-01-01T00:00:00Z",
  last_used_at: "2026-01-02T00:00:00Z",
};
const { redacted_key, created_at, last_used_at, ...plain } = snake;
const camel = { ...plain, redactedKey: redacted_key, createdAt: created_at, lastUsedAt: last_used_at };
const whole = {
  ...plain,
  isRevoked: false,
  value: undefined,
  redacted: "3f9a…c21d",
  createdAt: "2026-01-01T00:00:00Z",
  lastUsedAt: "2026-01-02T00:00:00Z",
};

describe.each([
  ["snake_case", snake],
  ["camelCase", camel],
])("in %s", (_casing, wire) => {
  test("a key is read wrapped or bare, and unknown fields are ignored", async () => {
    for (const body of [wire, { data: wire }, { message: "found", data: { ...wire, scopes: ["all"] } }])
      expect(await (await serve(200, body)).api.getKey(snake.id)).toEqual(whole);
  });

  test.each([
    ["wrapped", { data: [wire] }, undefined],
    ["bare", [wire], undefined],
    ["with a count", { data: [wire], total: 1 }, 1],
    ["with a count of null", { data: [wire], total: null }, undefined],
  ])("a list %s is read", async (_how, body, total) => {
    expect(await (await serve(200, body)).api.readPage(1, "")).toEqual({ data: [whole], total });
  });
});

test("a key needs only an id, and an unknown status counts as active", async () => {
  const body = { data: [{ id: 7 }, { id: "b", status: "paused", type: "restricted", name: "" }] };
  expect(await (await serve(200, body)).api.readPage(1, "")).toMatchObject({
    data: [
      { id: "7", name: "", type: "", status: "", isRevoked: false, createdAt: undefined },
      { id: "b", name: "", type: "restricted", status: "paused", isRevoked: false },
    ],
  });
});

test("an incomplete response to create keeps the fields that it has", async () => {
  const post = { name: "n", type: "private" };
  expect(await (await serve(200, { data: { id: "a" } })).api.createKey(post)).toMatchObject({
    id: "a",
    value: undefined,
  });
  expect(await (await serve(200, { data: { key: "v" } })).api.createKey(post)).toMatchObject({
    id: undefined,
    value: "v",
  });
  expect(await (await serve(200, { ok: true })).api.createKey(post)).toMatchObject({ id: undefined });
});

const merchants = [
  { id: "m1", name: "Shop" },
  { id: "m2", name: "Other" },
];

test.each([
  [{ data: merchants }, { accountIds: [], merchantIds: ["m1", "m2"] }],
  [merchants, { accountIds: [], merchantIds: ["m1", "m2"] }],
  [{ data: [] }, { accountIds: [], merchantIds: [] }],
  [
    { data: merchants.map((it) => ({ ...it, account_id: "a" })) },
    { accountIds: ["a"], merchantIds: ["m1", "m2"] },
  ],
  [{ data: { id: "a" } }, { accountIds: ["a"], merchantIds: [] }],
  [
    { id: "u", accountId: "a" },
    { accountIds: ["a"], merchantIds: [] },
  ],
  [{ data: { name: "Shop" } }, { accountIds: [], merchantIds: [] }],
])("the client reads the account from %j", async (body, place) => {
  expect(await (await serve(200, body)).api.place()).toEqual(place);
});

test.each([
  [200, { data: merchants[0] }, true],
  [404, { error: true, message: "E110: Merchant not found" }, false],
  [422, { success: false, message: "Failed to validate", errors: [] }, false],
])("the client reads a response of %i about a merchant", async (status, body, isThere) => {
  const { api, received } = await serve(status, body);
  expect(await api.hasMerchant("m1")).toBe(isThere);
  expect(received[0]?.url).toBe("/api/merchant/m1");
});

test("a web page about a merchant proves neither that it exists nor that it is missing", async () => {
  const { api } = await serve(404, "<html>");
  expect(await messageThrownBy(() => api.hasMerchant("m1"))).toContain("PayEngine returned 404");
});

test.each([200, 204])("a revocation with status %i and no body is a success", async (status) => {
  const { api } = await serve(status, "");
  await expect(api.revokeKey("key_1")).resolves.toBeUndefined();
});

test.each([
  ["a web page", "<!doctype html><p>Sign in</p>"],
  ["half an answer", '{"data":{"id":"key_1","key":"3f9a'],
])("%s instead of JSON is an error", async (_what, body) => {
  const { api, url } = await serve(200, body);
  const error = await thrownBy(() => api.getKey("key_1"));
  expect(error).toEqual(
    new ResponseSchemaError(
      `The response to GET ${url}/api-keys/key_1 is not JSON; check that payengine:apiUrl is the address of PayEngine's API`,
    ),
  );
});

test.each([
  ["an empty body", "", "it is not an object"],
  ["an object without an id", { data: { key: "3f9a" } }, "it has no id"],
  ["an empty id", { data: { ...key, id: "" } }, "it has no id"],
  ["a number", 7, "it is not an object"],
  ["a list", { data: [key] }, "it is not an object"],
  ["a null in data", { data: null }, "it is not an object"],
])("%s is an error about the contract", async (_what, body, issues) => {
  const { api, url } = await serve(200, body);
  expect(await messageThrownBy(() => api.getKey("key_1"))).toBe(
    `The response to GET ${url}/api-keys/key_1 does not match the contract (${issues})`,
  );
});

test.each([
  ["another wrapping", { keys: [] }, "it is not a list"],
  ["an entry without an id", { data: [key, { name: "x" }] }, "entry 2 has no id"],
  ["an entry that is text", [key, "x"], "entry 2 has no id"],
])("a list with %s is an error, not a shorter list", async (_what, body, issue) => {
  const { api, url } = await serve(200, body);
  expect(await messageThrownBy(() => api.readPage(1, ""))).toBe(
    `The response to GET ${url}/api-keys does not match the contract (${issue})`,
  );
});

test("a key with a different id than requested is an error", async () => {
  const { api } = await serve(200, { data: { ...key, id: "key_2" } });
  expect(await messageThrownBy(() => api.getKey("key_1"))).toBe("PayEngine returned a different key, key_2");
});

test.each([
  ["an error", { error: true, message: "Because" }, ": Because"],
  ["a failed success", { success: false, message: "Because" }, ": Because"],
  ["an error in another form", { error: "Because" }, ""],
  ["a failure without a message", { success: false }, ""],
])("a revocation with status 200 and %s is an error", async (_what, body, said) => {
  const { api, url } = await serve(200, body);
  expect(await messageThrownBy(() => api.revokeKey("key_1"))).toBe(
    `PayEngine returned 200 for DELETE ${url}/api-keys/key_1${said}`,
  );
});

const failure = { error: true, message: "Because." };

test.each([
  [400, ""],
  [
    401,
    ". Set payengine:apiKey or PAYENGINE_API_KEY (for an explicit provider: its apiKey, or the variable that " +
      "credentialEnv names) to a private key that works. Destroy, refresh and an `up` that refreshes (--refresh, or " +
      "options.refresh in Pulumi.yaml) use the credential in state unless you pass --run-program",
  ],
  [403, ". Managing keys needs a credential whose user has the Admin or Developer role"],
  [404, ". This account or address may not support the request: check payengine:apiUrl"],
  [409, ""],
  [429, ". Wait and try again, or raise payengine:maxRetries"],
  [500, ""],
])("a status of %i is an ApiError with PayEngine's message and a hint", async (status, hint) => {
  const { api, url } = await serve(status, { ...failure, message: "Because" });
  const error = await thrownBy(() => api.getKey("key_1"));
  expect(error).toBeInstanceOf(status === 404 ? NotFoundError : ApiError);
  expect(error).toMatchObject({
    message: `PayEngine returned ${status} for GET ${url}/api-keys/key_1: Because${hint}`,
    status,
    byContract: true,
  });
});

const credentialStep = "Set payengine:apiKey or PAYENGINE_API_KEY";
const accountStep = "The credential's account was not found or is disabled";

test.each([
  [401, "E116: No authorization header", "credential", "E116", credentialStep],
  [401, "E121: Invalid API key", "credential", "E121", credentialStep],
  [403, "Invalid API key type (E122)", "credential", "E122", credentialStep],
  [403, "E120: Insufficient permission for this route", "permission", "E120", "the Admin or Developer role"],
  [400, "E129: Permission denied", "permission", "E129", "the Admin or Developer role"],
  [404, "E105: Account not found", "other", "E105", accountStep],
  [400, "E127: Could not find specific account", "account", "E127", accountStep],
  [400, "E106: Key has been revealed before", "revealed before", "E106", "shows it once"],
  [401, "jwt malformed", "console only", undefined, 'set payengine:contract to "dashboard"'],
  [401, "Unauthenticated", "credential", undefined, credentialStep],
])("%i %s is an error about: %s", async (status, message, kind, code, step) => {
  const { api } = await serve(status, { error: true, message });
  const error = await thrownBy(() => api.getKey("key_1"));
  expect(error).toMatchObject({ status, kind, code, byContract: true });
  expect(messageOf(error)).toContain(step);
});

test("a failed validation names the fields", async () => {
  const errors = [{ field: "name", message: "is too long" }, { field: "type" }];
  const { api, url } = await serve(422, { success: false, message: "Failed to validate", errors });
  expect(await thrownBy(() => api.getKey("key_1"))).toMatchObject({
    message: `PayEngine returned 422 for GET ${url}/api-keys/key_1: Failed to validate; name is too long; type`,
    byContract: true,
  });
});

test.each([401, 403])("a firewall's page with %i does not count as PayEngine's response", async (status) => {
  const { api, url } = await serve(status, "<h1>Blocked</h1>");
  expect(await thrownBy(() => api.getKey("key_1"))).toMatchObject({
    message:
      `PayEngine returned ${status} for GET ${url}/api-keys/key_1. The response does not have a format that PayEngine ` +
      "publishes, so a proxy or firewall may have sent it: check payengine:apiUrl, proxies and firewalls",
    byContract: false,
    kind: "other",
  });
});

test("a failure in an unknown format is reported without its text", async () => {
  const { api, url } = await serve(502, `<h1>Bad gateway for Basic ${CREDENTIAL}</h1>`);
  expect(await thrownBy(() => api.getKey("key_1"))).toMatchObject({
    message: `PayEngine returned 502 for GET ${url}/api-keys/key_1`,
    byContract: false,
  });
});

test("an error quotes a failure without the credential or key value in it", async () => {
  const message = `No such key: Basic ${CREDENTIAL}\nbut made ${"ab".repeat(51)}`;
  const { api, url } = await serve(400, { error: true, message });
  expect(await messageThrownBy(() => api.getKey("key_1"))).toBe(
    `PayEngine returned 400 for GET ${url}/api-keys/key_1: No such key: Basic [redacted] but made [redacted]`,
  );
});

test.each([
  ["5", 5_000],
  ["0", 0],
  ["3600", 30_000],
  ["soon", undefined],
  ["Wed, 21 Oct 2099 07:28:00 GMT", 30_000],
  ["Wed, 21 Oct 2015 07:28:00 GMT", 0],
])("Retry-After: %s means a wait of %s milliseconds", async (header, retryAfter) => {
  const { api } = await serve(429, failure, { "retry-after": header });
  const error = await thrownBy(() => api.createKey({ name: "n", type: "private" }));
  expect(error).toMatchObject({ status: 429, retryAfter });
});

test("a date in Retry-After is compared with the response's Date header, not with this machine's clock", async () => {
  const headers = { "retry-after": "Wed, 21 Oct 2015 07:28:09 GMT", date: "Wed, 21 Oct 2015 07:28:00 GMT" };
  const { api } = await serve(429, failure, headers);
  const error = await thrownBy(() => api.createKey({ name: "n", type: "private" }));
  expect(error).toMatchObject({ status: 429, retryAfter: 9_000 });
});

test.each([301, 302, 303, 307, 308])(
  "a redirect (%i) is not followed, and its target receives nothing",
  async (status) => {
    const target = await ScriptedServer.open(reply(200, { data: key }));
    try {
      const { api, url } = await serve(status, "", { location: `${target.url}/api-keys/key_1` });
      const hint = "Redirects are not followed: set payengine:apiUrl to the final address";
      expect(await messageThrownBy(() => api.getKey("key_1"))).toBe(
        `PayEngine returned ${status} for GET ${url}/api-keys/key_1. ${hint}`,
      );
      expect(await messageThrownBy(() => api.createKey({ name: "n", type: "private" }))).toBe(
        `PayEngine returned ${status} for POST ${url}/api-keys. ${hint}`,
      );
      expect(target.received).toEqual([]);
    } finally {
      await target.close();
    }
  },
);

test("a response of more than 4 MiB is an error", async () => {
  const { api, url } = await serve(200, { data: { ...key, padding: "x".repeat(4 * 1024 * 1024) } });
  const error = await thrownBy(() => api.getKey("key_1"));
  expect(error).toEqual(
    new ResponseSchemaError(`The response to GET ${url}/api-keys/key_1 is larger than 4 MiB`),
  );
});
