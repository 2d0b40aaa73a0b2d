import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { inspect } from "node:util";
import { abridged } from "../abridged";
import { messageThrownBy, thrownBy } from "../sandbox-harness";
import { CREDENTIAL, client, closeClients } from "./client-harness";
import { reply, ScriptedServer } from "./scripted-server";

const VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
const PASSWORD = "proxy-password-4711";
const FAR = "https://payengine.invalid/api";
const post = { name: "n", type: "private" };

/** A local proxy that records requests and leads every tunnel to one port. */
class LocalProxy {
  readonly connects: string[] = [];
  readonly credentials: (string | undefined)[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  constructor(private readonly answer: (request: IncomingMessage, socket: Duplex) => void) {
    this.server = createServer();
    this.server.on("connection", (socket) => this.sockets.add(socket));
    this.server.on("connect", (request: IncomingMessage, socket: Duplex) => {
      this.connects.push(`CONNECT ${request.url}`);
      this.credentials.push(request.headers["proxy-authorization"]);
      socket.on("error", () => {});
      this.answer(request, socket);
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `http://user:${PASSWORD}@127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, "close");
  }
}

const refusing = (status: string) => (_request: IncomingMessage, socket: Duplex) => {
  socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`);
};

const environment = { ...process.env };
let proxy: LocalProxy;

async function use(answer: (request: IncomingMessage, socket: Duplex) => void, variable = "HTTPS_PROXY") {
  proxy = new LocalProxy(answer);
  process.env[variable] = await proxy.listen();
}

beforeEach(() => {
  for (const name of VARIABLES) delete process.env[name];
});
afterEach(async () => {
  await closeClients();
  await proxy?.close().catch(() => {});
  process.env = { ...environment };
});

test.each(["HTTPS_PROXY", "https_proxy"])(
  "a request to an https address goes through the proxy of %s",
  async (variable) => {
    await use(refusing("502 Bad Gateway"), variable);
    await thrownBy(() => client(FAR).api.createKey(post));
    expect(proxy.connects).toEqual(["CONNECT payengine.invalid:443"]);
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from(`user:${PASSWORD}`).toString("base64")}`]);
  },
);

test.each(["payengine.invalid", ".invalid", "*.invalid", "*", "other.example,payengine.invalid:443"])(
  "NO_PROXY=%s bypasses the proxy",
  async (noProxy) => {
    await use(refusing("502 Bad Gateway"));
    process.env.NO_PROXY = noProxy;
    expect(await messageThrownBy(() => client(FAR).api.createKey(post))).toMatch(/(ENOTFOUND|EAI_AGAIN)\)$/);
    expect(proxy.connects).toEqual([]);
  },
);

test("a request to localhost never goes through the proxy", async () => {
  await use(refusing("502 Bad Gateway"));
  process.env.HTTP_PROXY = process.env.HTTPS_PROXY;
  const server = await ScriptedServer.open(reply(200, { data: { id: "acct_1" } }));
  try {
    expect(await client(server.url).api.place()).toMatchObject({ accountIds: ["acct_1"] });
    expect(proxy.connects).toEqual([]);
  } finally {
    await server.close();
  }
});

test("the tunnel is encrypted with TLS, so the proxy never sees the credential", async () => {
  const seen: Buffer[] = [];
  await use((_request, socket) => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    socket.on("data", (chunk: Buffer) => {
      seen.push(chunk);
      socket.destroy();
    });
  });
  await thrownBy(() => client(FAR).api.place());
  const bytes = Buffer.concat(seen);
  expect(bytes[0]).toBe(0x16);
  expect(bytes.toString("latin1")).not.toContain(CREDENTIAL);
});

describe("the error", () => {
  const passwordForms = [PASSWORD, Buffer.from(`user:${PASSWORD}`).toString("base64"), CREDENTIAL];
  const expectNoSecretIn = (error: unknown) => {
    const all = `${inspect(error, { depth: null, showHidden: true })} ${String(error)} ${(error as Error).stack}`;
    for (const form of passwordForms) expect(all).not.toContain(form);
  };

  test.each(["407 Proxy Authentication Required", "502 Bad Gateway", "403 Forbidden"])(
    "of %s contains no password",
    async (status) => {
      await use(refusing(status));
      const error = await thrownBy(() => client(FAR).api.createKey(post));
      expect((error as Error).message).toBe(
        "Could not open a connection to PayEngine; a proxy is set in HTTPS_PROXY or HTTP_PROXY: check it and its " +
          "credentials (POST https://payengine.invalid/api/api-keys, UND_ERR_ABORTED)",
      );
      expectNoSecretIn(error);
    },
  );

  test("of a proxy that refuses the connection contains no password", async () => {
    await use(refusing("502 Bad Gateway"));
    await proxy.close();
    const error = await thrownBy(() => client(FAR).api.createKey(post));
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
    expectNoSecretIn(error);
  });

  test("of a malformed proxy address does not quote it", async () => {
    process.env.HTTPS_PROXY = `htp:/user:${PASSWORD}@`;
    const error = await thrownBy(() => client(FAR));
    expect((error as Error).message).toBe(
      "HTTPS_PROXY or HTTP_PROXY is not a proxy's URL; correct or unset it.",
    );
    expectNoSecretIn(error);
  });

  test("of an untrusted server behind the tunnel names TLS", async () => {
    const plain = await ScriptedServer.open(reply(200, {}));
    await use((_request, socket) => {
      const upstream = connect(plain.port, "127.0.0.1");
      upstream.on("error", () => {});
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(upstream).pipe(socket);
    });
    try {
      expect(await messageThrownBy(() => client(FAR).api.place())).toEqual(
        abridged(
          "Could not open a trusted TLS connection to PayEngine; ",
          "; a proxy is set in HTTPS_PROXY or HTTP_PROXY",
          "ERR_SSL_WRONG_VERSION_NUMBER)",
        ),
      );
    } finally {
      await plain.close();
    }
  });
});
