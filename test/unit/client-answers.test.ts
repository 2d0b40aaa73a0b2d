import { ApiError, NotFoundError, ResponseSchemaError } from "../../provider/errors";
import { messageThrownBy, thrownBy } from "../sandbox-lab";
import { CREDENTIAL, client, closeClients } from "./client-lab";
import { reply, ScriptedServer } from "./scripted-server";

let server: ScriptedServer | undefined;
afterEach(async () => {
  await closeClients();
  await server?.close();
});

const serve = async (...[status, body, headers]: Parameters<typeof reply>) => {
  server = await ScriptedServer.open(reply(status, body, headers));
  return { api: client(server.url).api, url: server.url, received: server.received };
};
const key = { id: "key_1", name: "n", type: "private", status: "active", createdAt: "2026-01-01T00:00:00Z" };

test("a request carries the credential, asks for JSON and says so of its body", async () => {
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

test("an id and a search are encoded", async () => {
  const { api, received } = await serve(200, { data: [] });
  await api.listKeys(2, "a&b=c d").catch(() => {});
  await api.getKey("../merchant?x=1#y").catch(() => {});
  expect(received.map(({ url }) => url)).toEqual([
    "/api/api-keys?page=2&size=100&q=a%26b%3Dc+d",
    "/api/api-keys/..%2Fmerchant%3Fx%3D1%23y",
  ]);
});

test.each([
  ["wrapped", { data: key }],
  ["bare", key],
  ["with fields that nobody knows", { data: { ...key, scopes: ["all"], key: null, redactedKey: null } }],
  ["of a third type", { data: { ...key, type: "restricted", status: "paused" } }],
])("a key %s is read", async (_how, body) => {
  const { api } = await serve(200, body);
  expect(await api.getKey("key_1")).toMatchObject({ id: "key_1", name: "n" });
});

test.each([
  ["wrapped", { data: [key], total: 1 }, 1],
  ["bare", [key], undefined],
  ["without a total", { data: [key] }, undefined],
  ["with a total of null", { data: [key], total: null }, null],
])("a list %s is read", async (_how, body, total) => {
  const { api } = await serve(200, body);
  expect(await api.listKeys(1, "")).toEqual({ data: [key], total });
});

test.each([
  [{ data: { id: "acct_1" } }, "acct_1"],
  [{ id: "acct_1" }, "acct_1"],
  [{ data: { name: "Shop" } }, undefined],
  [{ data: { id: null } }, undefined],
])("the account of %j is %s", async (body, account) => {
  expect(await (await serve(200, body)).api.accountId()).toBe(account);
});

test.each([200, 204])("a revocation answered %i without a body is a success", async (status) => {
  const { api } = await serve(status, "");
  await expect(api.revokeKey("key_1")).resolves.toBeUndefined();
});

test.each([
  ["a web page", "<!doctype html><p>Sign in</p>"],
  ["half an answer", '{"data":{"id":"key_1","key":"3f9a'],
])("%s instead of JSON is said to be none", async (_what, body) => {
  const { api, url } = await serve(200, body);
  const error = await thrownBy(() => api.getKey("key_1"));
  expect(error).toEqual(
    new ResponseSchemaError(
      `The answer to GET ${url}/api-keys/key_1 is not JSON; check that payengine:apiUrl is the address of PayEngine's API`,
    ),
  );
});

test.each([
  ["an empty body", "", "body: invalid_type"],
  [
    "an object of another form",
    { data: { key: "3f9a" } },
    "id: invalid_type; name: invalid_type; type: invalid_type; status: invalid_type; createdAt: invalid_type",
  ],
  ["an empty id", { data: { ...key, id: "" } }, "id: too_small"],
  ["a number", 7, "body: invalid_type"],
  ["a null in data", { data: null }, "body: invalid_type"],
])("%s is not in the form of the contract", async (_what, body, issues) => {
  const { api, url } = await serve(200, body);
  expect(await messageThrownBy(() => api.getKey("key_1"))).toBe(
    `The answer to GET ${url}/api-keys/key_1 is not in the form of the contract (${issues})`,
  );
});

test("a list of another form is no empty list", async () => {
  const { api, url } = await serve(200, { keys: [] });
  expect(await messageThrownBy(() => api.listKeys(1, ""))).toBe(
    `The answer to GET ${url}/api-keys is not in the form of the contract (body: invalid_union)`,
  );
});

const failure = { error: true, message: "Because." };

test.each([
  [400, ""],
  [
    401,
    ". The credential is unknown or revoked: set payengine:apiKey or PAYENGINE_API_KEY (for an explicit provider its apiKey, or the variable of its credentialEnv) to a private key that works; " +
      "destroy and refresh use the one that state recorded unless --run-program is given",
  ],
  [403, ". Managing keys needs a credential whose user has the Admin or Developer role"],
  [404, ". This account or address may not offer it: check payengine:apiUrl"],
  [409, ""],
  [429, ". Wait, or raise payengine:maxRetries"],
  [500, ""],
])("a status of %i is an ApiError with PayEngine's words and a hint", async (status, hint) => {
  const { api, url } = await serve(status, { ...failure, message: "Because" });
  const error = await thrownBy(() => api.getKey("key_1"));
  expect(error).toBeInstanceOf(status === 404 ? NotFoundError : ApiError);
  expect(error).toMatchObject({
    message: `PayEngine answered ${status} to GET ${url}/api-keys/key_1: Because${hint}`,
    status,
    byContract: true,
  });
});

test("a failure that is not in the contract's form is told apart, and its text is not quoted", async () => {
  const { api, url } = await serve(502, `<h1>Bad gateway for Basic ${CREDENTIAL}</h1>`);
  expect(await thrownBy(() => api.getKey("key_1"))).toMatchObject({
    message: `PayEngine answered 502 to GET ${url}/api-keys/key_1`,
    byContract: false,
  });
});

test("a failure that echoes the credential or a key's value is quoted without them", async () => {
  const message = `No such key: Basic ${CREDENTIAL}\nbut made ${"ab".repeat(51)}`;
  const { api, url } = await serve(400, { error: true, message });
  expect(await messageThrownBy(() => api.getKey("key_1"))).toBe(
    `PayEngine answered 400 to GET ${url}/api-keys/key_1: No such key: Basic [redacted] but made [redacted]`,
  );
});

test.each([
  ["5", 5_000],
  ["0", 0],
  ["3600", 30_000],
  ["soon", undefined],
  ["Wed, 21 Oct 2099 07:28:00 GMT", 30_000],
  ["Wed, 21 Oct 2015 07:28:00 GMT", 0],
])("Retry-After: %s asks for %s milliseconds", async (header, retryAfter) => {
  const { api } = await serve(429, failure, { "retry-after": header });
  const error = await thrownBy(() => api.createKey({ name: "n", type: "private" }));
  expect(error).toMatchObject({ status: 429, retryAfter });
});

test.each([301, 302, 303, 307, 308])(
  "a redirect (%i) is not followed, and its target sees nothing",
  async (status) => {
    const target = await ScriptedServer.open(reply(200, { data: key }));
    try {
      const { api, url } = await serve(status, "", { location: `${target.url}/api-keys/key_1` });
      const hint = "Redirects are not followed: set payengine:apiUrl to the final address";
      expect(await messageThrownBy(() => api.getKey("key_1"))).toBe(
        `PayEngine answered ${status} to GET ${url}/api-keys/key_1. ${hint}`,
      );
      expect(await messageThrownBy(() => api.createKey({ name: "n", type: "private" }))).toBe(
        `PayEngine answered ${status} to POST ${url}/api-keys. ${hint}`,
      );
      expect(target.received).toEqual([]);
    } finally {
      await target.close();
    }
  },
);

test("an answer of more than 4 MiB is cut off", async () => {
  const { api, url } = await serve(200, { data: { ...key, padding: "x".repeat(4 * 1024 * 1024) } });
  const error = await thrownBy(() => api.getKey("key_1"));
  expect(error).toEqual(
    new ResponseSchemaError(`The answer to GET ${url}/api-keys/key_1 is larger than 4 MiB`),
  );
});
