import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { call } from "./raw-call";
import { openSandbox } from "./sandbox-client";

const CREDENTIAL = { method: "POST", body: { role: "Admin" } };

describe("a request with another machine's name", () => {
  it.each([
    "rebound.example",
    "localhost.rebound.example",
    "127.0.0.1.rebound.example",
    "rebound.localhost",
    "localhost.",
    "127.0.0.2",
    "0.0.0.0",
    "2130706433",
  ])("is rejected and creates no credential: Host %j", async (name) => {
    const { sandbox, control } = await openSandbox();
    const { port } = new URL(sandbox.url);
    const url = `${sandbox.controlUrl}/accounts/sandbox/credentials`;

    // After DNS rebinding, the page and the sandbox have the same origin for the browser.
    for (const host of [`${name}:${port}`, name])
      for (const origin of [{}, { origin: `http://${host}` }])
        expect(await call(url, { ...CREDENTIAL, headers: { host, ...origin } })).toEqual({
          status: 403,
          body: {
            error: true,
            message: `The sandbox responds only at 127.0.0.1 and localhost, not at "${host}". Use the URL that it printed`,
          },
        });

    expect(await control.keys()).toHaveLength(1);
  });

  it("is rejected without a name, which HTTP/1.0 allows", async () => {
    const { sandbox } = await openSandbox();
    const { port, hostname } = new URL(sandbox.url);
    const socket = connect(Number(port), hostname);

    socket.end("GET /__control/keys HTTP/1.0\r\n\r\n");

    expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe("a request from a web page", () => {
  const key = async ({ admin }: Awaited<ReturnType<typeof openSandbox>>) =>
    (await admin.create("checkout")).body.data.id;

  it.each([
    "https://page.example",
    "http://page.example:4010",
    // Another server on this machine, such as a front end.
    "http://localhost:3000",
    "http://127.0.0.1",
    // A page that hides its address.
    "null",
    "",
  ])("is rejected and revokes nothing: Origin %j", async (origin) => {
    const opened = await openSandbox();
    const id = await key(opened);
    const { sandbox, control } = opened;

    // Without a body or an extra header, a browser sends it without a preflight request.
    const answer = await call(`${sandbox.controlUrl}/keys/${id}/revoke`, {
      method: "POST",
      headers: { origin },
    });

    expect(answer).toEqual({
      status: 403,
      body: {
        error: true,
        message: `The sandbox rejects requests from web pages, and this one has Origin "${origin}". Call it from a program`,
      },
    });
    expect((await control.keys()).find((stored) => stored.id === id)?.status).toBe("active");
  });

  it("is rejected for every method and path, before it counts as a call", async () => {
    const { sandbox, control, admin } = await openSandbox();
    await control.addFault({ operation: "any", kind: "dropBeforeCommit" });
    const headers = { origin: "https://page.example", authorization: `Basic ${admin.key}` };
    const { origin } = new URL(sandbox.url);
    const paths = ["/api/api-keys", "/api/openapi.json", "/api/nowhere", "/__control/keys", "/", "/nowhere"];

    for (const path of paths)
      for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
        expect([method, path, (await call(origin + path, { method, headers })).status]).toEqual([
          method,
          path,
          403,
        ]);

    expect(await control.requests()).toEqual([]);
    expect(await control.faults()).toMatchObject([{ hits: 0 }]);
  });

  it("is rejected in the dialect's error format", async () => {
    const { sandbox, control } = await openSandbox();
    await control.setDialect({ failure: "success" });

    const { status, body } = await call(`${sandbox.url}/merchant`, { headers: { origin: "null" } });

    expect([status, body]).toEqual([
      403,
      { success: false, message: expect.stringContaining("from web pages") },
    ]);
  });
});

it("a program on this machine can use each local name, also through a forwarded port", async () => {
  const { sandbox, admin } = await openSandbox();
  const { port } = new URL(sandbox.url);
  const authorization = `Basic ${admin.key}`;

  for (const name of ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
    for (const host of [`${name}:${port}`, `${name}:1`, name])
      for (const origin of [{}, { origin: `http://${host}` }]) {
        const headers = { authorization, host, ...origin };
        expect([host, (await call(`${sandbox.url}/merchant`, { headers })).status]).toEqual([host, 200]);
        expect([host, (await call(`${sandbox.controlUrl}/keys`, { headers })).status]).toEqual([host, 200]);
      }
});
