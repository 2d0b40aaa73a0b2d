import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent } from "undici";
import { openDispatcher } from "../../provider/payengine/dispatcher";
import { NetworkError } from "../../provider/payengine/errors";
import { abridged } from "../abridged";
import { thrownBy } from "../sandbox-harness";
import { CREDENTIAL, client, closeClients } from "./client-harness";

const post = { name: "n", type: "private" };
afterEach(closeClients);

async function unusedPort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

test("the client's agent is that of the HTTP library", () => {
  const settings = { apiUrl: "https://payengine.invalid/api", requestTimeout: 1_000 };
  expect(openDispatcher(settings)).toBeInstanceOf(Agent);
});

test("the error of a refused connection names the reason and the request", async () => {
  const url = `http://127.0.0.1:${await unusedPort()}/api`;
  expect(await thrownBy(() => client(url).api.createKey(post))).toEqual(
    new NetworkError(
      `PayEngine refused the connection; check payengine:apiUrl and the network (POST ${url}/api-keys, ECONNREFUSED)`,
      "ECONNREFUSED",
    ),
  );
});

test("the error of an unknown host name names the reason and the request", async () => {
  const error = await thrownBy(() => client("https://payengine.invalid/api").api.createKey(post));
  expect(error).toMatchObject({
    name: "NetworkError",
    message: expect.stringMatching(
      /^PayEngine's host name was not found; check payengine:apiUrl and the network \(POST https:\/\/payengine\.invalid\/api\/api-keys, (ENOTFOUND|EAI_AGAIN)\)$/,
    ),
  });
});

test("the error of a dropped connection names the reason and the request", async () => {
  const server = createTcpServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  const error = await thrownBy(() => client(url).api.createKey(post));
  server.close();
  expect(error).toMatchObject({
    message: expect.stringMatching(
      /^The connection to PayEngine was lost before a response arrived; try again \(POST http:.*\/api-keys, (UND_ERR_SOCKET|ECONNRESET)\)$/,
    ),
  });
});

describe("over TLS,", () => {
  let folder: string;
  let server: Server;
  const requests: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "payengine-tls-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "1",
      ].concat(["-subj", "/CN=localhost", "-keyout", key, "-out", cert]),
      { stdio: "ignore" },
    );
    server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      requests.push(String(request.headers.authorization));
      response.end("{}");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    rmSync(folder, { recursive: true });
  });

  test("an untrusted certificate ends the request before the credential is sent", async () => {
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
    expect(await thrownBy(() => client(url).api.place())).toEqual(
      new NetworkError(
        "Could not open a trusted TLS connection to PayEngine; check the address, the clock and NODE_EXTRA_CA_CERTS " +
          `(GET ${url}/merchant, DEPTH_ZERO_SELF_SIGNED_CERT)`,
        "DEPTH_ZERO_SELF_SIGNED_CERT",
      ),
    );
    expect(requests).toEqual([]);
  });

  test("the error of a server without TLS differs from that of a refused connection", async () => {
    const plain = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    }).listen(0, "127.0.0.1");
    await once(plain, "listening");
    const url = `https://127.0.0.1:${(plain.address() as AddressInfo).port}/api`;
    const error = await thrownBy(() => client(url).api.place());
    plain.close();
    expect(error).toMatchObject({
      message: abridged(
        "Could not open a trusted TLS connection to PayEngine; ",
        `(GET ${url}/merchant, ERR_SSL_WRONG_VERSION_NUMBER)`,
      ),
    });
  });
});

test("no error has a cause, request or header with the credential", async () => {
  const { inspect } = await import("node:util");
  const urls = [`http://127.0.0.1:${await unusedPort()}/api`, "https://payengine.invalid/api"];
  for (const url of urls) {
    const error = await thrownBy(() => client(url).api.place());
    expect(error).not.toHaveProperty("cause");
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(CREDENTIAL);
  }
});
