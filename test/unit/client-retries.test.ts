import type { ServerResponse } from "node:http";
import { ApiError } from "../../provider/payengine/errors";
import { waitBeforeRetry } from "../../provider/payengine/retry-policy";
import { messageThrownBy, thrownBy } from "../sandbox-harness";
import { client, closeClients } from "./client-harness";
import { reply, ScriptedServer } from "./scripted-server";

let server: ScriptedServer | undefined;
afterEach(async () => {
  await closeClients();
  await server?.close();
});

const key = { id: "key_1", name: "n", type: "private", status: "active", createdAt: "2026-01-01T00:00:00Z" };
const drop = (response: ServerResponse) => response.destroy();
const limited = reply(429, { error: true, message: "Slow down" }, { "retry-after": "0" });
const post = { name: "n", type: "private" };

/** Fails this many times, then responds. */
const flaky = async (times: number, fail: (response: ServerResponse) => unknown) => {
  server = await ScriptedServer.open((response, count) => {
    if (count <= times) fail(response);
    else reply(200, { data: key })(response);
  });
  return server;
};

describe.each([
  ["connections that drop", drop],
  ["500", reply(500, "")],
  ["502", reply(502, "<html>")],
  ["503", reply(503, "")],
  ["504", reply(504, "")],
  ["429", limited],
  ["206", (response: ServerResponse) => reply(206, { data: key }, { "content-length": "5000" })(response)],
])("after %s", (failure, fail) => {
  test("GET is retried", async () => {
    const { url, received } = await flaky(1, fail);
    expect(await client(url, { maxRetries: 1 }).api.getKey("key_1")).toMatchObject({ id: "key_1" });
    expect(received).toHaveLength(2);
  });

  test("DELETE is retried", async () => {
    const { url, received } = await flaky(1, fail);
    await client(url, { maxRetries: 1 }).api.revokeKey("key_1");
    expect(received.map(({ method }) => method)).toEqual(["DELETE", "DELETE"]);
  });

  test(
    failure === "429" ? "POST is retried, because PayEngine itself refused it" : "POST is not retried",
    async () => {
      const { url, received } = await flaky(1, fail);
      const sent = client(url, { maxRetries: 3 }).api.createKey(post);
      if (failure === "429") await sent;
      else await messageThrownBy(() => sent);
      expect(received).toHaveLength(failure === "429" ? 2 : 1);
    },
  );

  test("maxRetries 0 retries nothing", async () => {
    const { url, received } = await flaky(1, fail);
    await messageThrownBy(() => client(url, { maxRetries: 0 }).api.revokeKey("key_1"));
    expect(received).toHaveLength(1);
  });
});

test.each([
  ["connections that drop", drop],
  ["503", reply(503, "")],
  ["429", limited],
])("a request fails after maxRetries retries (%s)", async (_failure, fail) => {
  const { url, received } = await flaky(Number.POSITIVE_INFINITY, fail);
  await messageThrownBy(() => client(url, { maxRetries: 2 }).api.revokeKey("key_1"));
  expect(received.map(({ method }) => method)).toEqual(["DELETE", "DELETE", "DELETE"]);
});

test.each([400, 401, 403, 404, 409, 422])("a request with response %i is not retried", async (status) => {
  const { url, received } = await flaky(1, reply(status, ""));
  await messageThrownBy(() => client(url, { maxRetries: 3 }).api.getKey("key_1"));
  expect(received).toHaveLength(1);
});

const cut = (response: ServerResponse) => {
  const text = JSON.stringify({ data: key });
  response.writeHead(200, { "content-length": text.length });
  response.write(text.slice(0, 20), () => response.destroy());
};
const cutBeforeItsFirstByte = (response: ServerResponse) => {
  response.writeHead(200, { "content-length": 100 }).flushHeaders();
  setTimeout(() => response.destroy(), 50);
};

test.each([
  ["halfway", cut],
  ["before its first byte", cutBeforeItsFirstByte],
])("a GET whose response is cut off %s is retried from the start", async (_where, fail) => {
  const { url, received } = await flaky(1, fail);
  expect(await client(url, { maxRetries: 1 }).api.getKey("key_1")).toMatchObject({ id: "key_1" });
  expect(received.map(({ headers }) => headers.range)).toEqual([undefined, undefined]);
});

test("a request whose responses are always cut off fails and does not join them", async () => {
  const { url } = await flaky(Number.POSITIVE_INFINITY, cut);
  expect(await messageThrownBy(() => client(url, { maxRetries: 1 }).api.getKey("key_1"))).toMatch(
    /^PayEngine's response was cut off; try again \(GET http:.*\/api-keys\/key_1, CUT_ANSWER\)$/,
  );
});

/** Sends informational responses first. */
const informed = (response: ServerResponse) => {
  response.writeProcessing();
  response.writeEarlyHints({ link: "</style.css>; rel=preload" });
  reply(200, { data: key })(response);
};

test("a GET and a POST ignore 102 and 103 before the response", async () => {
  server = await ScriptedServer.open(informed);
  const { api } = client(server.url, { maxRetries: 3 });
  expect(await api.getKey("key_1")).toMatchObject({ id: "key_1" });
  expect(await api.createKey(post)).toMatchObject({ id: "key_1" });
  expect(server.received.map(({ method }) => method)).toEqual(["GET", "POST"]);
});

test("alternating 503 and 429 take at most maxRetries + 1 requests", async () => {
  server = await ScriptedServer.open((response, count) =>
    count % 2 ? reply(503, "")(response) : limited(response),
  );
  const { api } = client(server.url, { maxRetries: 3 });
  await messageThrownBy(() => api.getKey("key_1"));
  expect(server.received).toHaveLength(4);
});

test("one request waits at most thirty seconds in total", () => {
  const asked = new ApiError("slow down", { status: 429, byContract: true, retryAfter: 20_000 });
  const wait = (waited: number) => waitBeforeRetry(asked, "idempotent", 9, { times: 1, waited });
  expect([wait(0), wait(20_000), wait(30_000)]).toEqual([20_000, 10_000, undefined]);
});

test("a request whose operation has no time left is not sent", async () => {
  const { url, received } = await flaky(0, () => {});
  const { api } = client(url, {}, AbortSignal.abort());
  expect(await thrownBy(() => api.createKey(post))).toMatchObject({
    code: "OUT_OF_TIME",
    message: `The operation took too long (before POST ${url}/api-keys)`,
  });
  expect(received).toEqual([]);
});

describe("a response after the timeout", () => {
  const tooLate = (url: string, call: string) =>
    new RegExp(
      "^PayEngine did not respond within 100ms; try again or raise payengine:requestTimeout " +
        `\\(${call.replace("/", `${url}/`)}, (TIMEOUT|UND_ERR_HEADERS_TIMEOUT)\\)$`,
    );

  test("fails a POST after one attempt", async () => {
    const { url, received } = await flaky(1, () => {});
    const { api } = client(url, { requestTimeout: 100, maxRetries: 3 });
    expect(await messageThrownBy(() => api.createKey(post))).toMatch(tooLate(url, "POST /api-keys"));
    expect(received).toHaveLength(1);
  });

  test("retries a GET", async () => {
    const { url, received } = await flaky(1, () => {});
    const { api } = client(url, { requestTimeout: 1_000, maxRetries: 1 });
    expect(await api.getKey("key_1")).toMatchObject({ id: "key_1" });
    expect(received).toHaveLength(2);
  });

  test("fails a request whose response stops halfway", async () => {
    server = await ScriptedServer.open((response) => void response.writeHead(200).write('{"data":'));
    const { api } = client(server.url, { requestTimeout: 100 });
    expect(await messageThrownBy(() => api.createKey(post))).toMatch(
      /^PayEngine did not respond within 100ms; .*, (TIMEOUT|UND_ERR_BODY_TIMEOUT)\)$/,
    );
  });
});
