import { setTimeout as sleep } from "node:timers/promises";
import { PendingCalls } from "./pending-calls";
import { Sandbox } from "./sandbox";
import { apiPrefix, controlPrefix, sandboxServer } from "./server";

/** How to run a sandbox. */
export interface SandboxOptions {
  /** Port on 127.0.0.1. Default: 0, a free port. */
  port?: number;
  /** SQLite file, created if missing. Default: ":memory:", which ends with the sandbox. */
  db?: string;
  /** Generates the same IDs and values each time, including the first admin key. Default: random. */
  seed?: number;
  /** Serves the control interface, from which any program on this machine can get a key of any role. Default: off. */
  control?: boolean;
  /** Writes every request to stderr, without headers and bodies. Default: off. */
  log?: boolean;
  /** How long a stop waits for running calls, in milliseconds. Default: 3000. */
  graceMs?: number;
}

/** A running sandbox. */
export interface RunningSandbox {
  /** API URL for clients: `http://127.0.0.1:PORT/api`. */
  url: string;
  /** Base URL of the control interface, for `SandboxControl`; undefined if it is off. */
  controlUrl: string | undefined;
  /** A private key of the sandbox account's Admin; only on the first start of a database. */
  adminKey: string | undefined;
  /** The page Manage Keys, for a browser: `http://127.0.0.1:PORT/`. */
  pageUrl: string;
  /** What the page asks for when a person signs in as a user; new on each start. Show it only to who may have every key. */
  signInCode: string;
  /** Waits at most `graceMs` for running calls, then closes the database. */
  close(): Promise<void>;
}

/**
 * Starts a local PayEngine sandbox in this process.
 *
 * @example
 * const sandbox = await startSandbox({ control: true });
 * await fetch(`${sandbox.url}/merchant`, { headers: { authorization: `Basic ${sandbox.adminKey}` } });
 * await sandbox.close();
 *
 * @throws if the port is in use or the file is not a database.
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
    // Clients keep idle connections open, which Fastify would wait for.
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
      pageUrl: `${origin}/`,
      signInCode: sandbox.signInCode,
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
