import { setTimeout as sleep } from "node:timers/promises";
import { PendingCalls } from "./pending-calls";
import { Sandbox } from "./sandbox";
import { apiPrefix, controlPrefix, sandboxServer } from "./server";

/** How a sandbox is to run. */
export interface SandboxOptions {
  /** The port on 127.0.0.1; 0, the default, for a free one. */
  port?: number;
  /** The SQLite file, made if it is not there; ":memory:", the default, for one that ends with the sandbox. */
  db?: string;
  /** Makes ids and values, the first admin key's too, the same each time. */
  seed?: number;
  /** Serves the control interface. Off by default: every program on this machine can get a key of any role from it. */
  control?: boolean;
  /** Writes every request to stderr, without headers and bodies. Off by default. */
  log?: boolean;
  /** How long a stop waits for calls under way, in milliseconds; 3000 by default. */
  graceMs?: number;
}

/** A sandbox that is listening. */
export interface RunningSandbox {
  /** What a client takes as its API URL: `http://127.0.0.1:PORT/api`. */
  url: string;
  /** The base of the control interface, for `SandboxControl`; absent where it is off. */
  controlUrl: string | undefined;
  /** A private key of the sandbox account's Admin; only on the first start of a database. */
  adminKey: string | undefined;
  /** Lets calls under way end, for `graceMs` at most, and closes the database. */
  close(): Promise<void>;
}

/**
 * Starts a PayEngine sandbox in this process.
 *
 * @example
 * const sandbox = await startSandbox({ control: true });
 * await fetch(`${sandbox.url}/merchant`, { headers: { authorization: `Basic ${sandbox.adminKey}` } });
 * await sandbox.close();
 *
 * @throws when the port is taken or the file is not a database.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const { port = 0, db = ":memory:", seed, control = false, log = false, graceMs = 3000 } = options;
  const sandbox = new Sandbox(db, seed);
  const pending = new PendingCalls();
  const server = sandboxServer(sandbox, pending, { control, log });

  async function stop(): Promise<void> {
    const closed = server.close();
    const grace = new AbortController();
    await Promise.race([pending.ended(), sleep(graceMs, undefined, grace).catch(() => undefined)]);
    grace.abort();
    pending.giveUp();
    // Clients keep connections open without a call on them; Fastify would wait for those.
    server.server.closeAllConnections();
    await Promise.all([closed, pending.ended()]);
    sandbox.close();
  }

  try {
    const origin = await server.listen({ host: "127.0.0.1", port });
    sandbox.keepStart();
    let stopped: Promise<void> | undefined;
    return {
      url: `${origin}${apiPrefix}`,
      controlUrl: control ? `${origin}${controlPrefix}` : undefined,
      adminKey: sandbox.adminKey,
      close() {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    await server.close();
    sandbox.close();
    throw error;
  }
}
