import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** A port as the engine's, with the connections that were made to it. */
export class FakeEngine {
  private readonly server: Server;
  private readonly sockets: Socket[] = [];

  constructor() {
    this.server = createServer((socket) => {
      this.sockets.push(socket);
      socket.on("error", () => {});
      socket.resume();
    });
  }

  /** Listens on a free port and gives the address as the engine would. */
  async listen(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Resolves once the plugin watches. */
  async connection(): Promise<void> {
    if (this.sockets.length === 0) await once(this.server, "connection");
  }

  /** Closes connections and goes on listening, as a gRPC server does with idle ones. */
  async dropConnections(): Promise<void> {
    const again = once(this.server, "connection");
    for (const socket of this.sockets.splice(0)) socket.destroy();
    await again;
  }

  /** What the kernel does when the process is killed. */
  kill(): void {
    this.server.close();
    for (const socket of this.sockets.splice(0)) socket.destroy();
  }
}
