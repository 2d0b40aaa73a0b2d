import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chown, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "../e2e/harness/processes";

const run = promisify(execFile);
const MINUTE = 60_000;
const USER = "pulumi";

/** A PostgreSQL server for this test, on a local port, with its data in a temporary folder. */
export class PostgresServer {
  private databases = 0;

  private constructor(
    private readonly bin: string,
    private readonly folder: string,
    private readonly port: number,
    /** The password of its only user. */
    readonly password: string,
    private readonly server: ChildProcess,
  ) {}

  /** Installs PostgreSQL if it is missing, creates a database cluster and starts it. */
  static async start(): Promise<PostgresServer> {
    const tool = join(__dirname, "postgresql.mjs");
    const { stdout } = await run(process.execPath, [tool], { timeout: 20 * MINUTE });
    const bin = stdout.trim();
    const folder = await realpath(await mkdtemp(join(tmpdir(), "payengine-postgres-")));
    try {
      const password = randomBytes(16).toString("hex");
      await writeFile(join(folder, "password"), password);
      const owner = await ownerOf();
      if (owner) await Promise.all([folder, join(folder, "password")].map((it) => chown(it, ...owner)));
      const [initdb, ...initArgs] = command(join(bin, "initdb"), [
        ...["--pgdata", join(folder, "data"), "--username", USER, "--auth", "scram-sha-256"],
        ...["--pwfile", join(folder, "password"), "--no-locale", "--encoding", "UTF8", "--no-sync"],
      ]);
      await run(initdb, initArgs, { cwd: folder, timeout: 2 * MINUTE });
      const port = await freePort();
      const [postgres, ...args] = command(join(bin, "postgres"), [
        ...["-D", join(folder, "data"), "-h", "127.0.0.1", "-p", String(port), "-k", folder, "-F"],
      ]);
      const server = spawn(postgres, args, { cwd: folder, stdio: "ignore" });
      const started = new PostgresServer(bin, folder, port, password, server);
      await started.answers().catch(async (error: unknown) => {
        await started.stop();
        throw error;
      });
      return started;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Creates an empty database. @returns the environment for Pulumi's CLI to store states there. */
  async newBackend(): Promise<{ readonly PULUMI_BACKEND_URL: string; readonly PGPASSWORD: string }> {
    const database = `state_${++this.databases}`;
    await this.client("psql", "postgres", ["-c", `CREATE DATABASE ${database}`]);
    return {
      PULUMI_BACKEND_URL: `postgres://${USER}@127.0.0.1:${this.port}/${database}?sslmode=disable`,
      PGPASSWORD: this.password,
    };
  }

  /** All tables of a database, as a backup has them. */
  dump({ PULUMI_BACKEND_URL: url }: Readonly<Record<string, string>>): Promise<string> {
    return this.client("pg_dump", databaseIn(url), []);
  }

  /** The files that Pulumi stores in a database (states, history, locks), decoded from base64. */
  async objects({ PULUMI_BACKEND_URL: url }: Readonly<Record<string, string>>): Promise<Map<string, string>> {
    const query = "SELECT json_object_agg(key, data->>'data') FROM pulumi_state";
    const found = JSON.parse(await this.client("psql", databaseIn(url), ["-At", "-c", query]));
    return new Map(
      // Each key begins with the name of the database, which is the path in the backend's address.
      Object.entries<string>(found).map(([key, data]) => [
        key.slice(databaseIn(url).length + 1),
        Buffer.from(data, "base64").toString(),
      ]),
    );
  }

  async stop(): Promise<void> {
    const isOver = () => this.server.exitCode !== null || this.server.signalCode !== null;
    const ended = isOver() ? undefined : once(this.server, "exit");
    // A fast shutdown closes open connections.
    this.server.kill("SIGINT");
    await ended;
    await rm(this.folder, { recursive: true });
  }

  private async answers(): Promise<void> {
    await until("PostgreSQL answers", async () => {
      if (this.server.exitCode !== null) throw new Error(`PostgreSQL ended with ${this.server.exitCode}`);
      return this.client("psql", "postgres", ["-c", "SELECT 1"]).then(
        () => true,
        () => undefined,
      );
    });
  }

  private async client(program: string, database: string, args: string[]): Promise<string> {
    const where = ["-h", "127.0.0.1", "-p", String(this.port), "-U", USER, "-d", database];
    const env = { ...process.env, PGPASSWORD: this.password };
    const options = { env, timeout: MINUTE, maxBuffer: 1e9 };
    const { stdout } = await run(join(this.bin, program), [...where, ...args], options);
    return stdout;
  }
}

const isRoot = process.getuid?.() === 0;

/** PostgreSQL does not run as root. It ends with this process, even if that is killed. */
function command(program: string, args: string[]): [string, ...string[]] {
  const user = isRoot ? ["--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
  return ["setpriv", ...user, "--pdeathsig=QUIT", "--", program, ...args];
}

/** The user that Debian's package creates. */
async function ownerOf(): Promise<[number, number] | undefined> {
  if (!isRoot) return undefined;
  const [user, group] = await Promise.all(["-u", "-g"].map((flag) => run("id", [flag, "postgres"])));
  return [Number(user?.stdout), Number(group?.stdout)];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("The port is unknown");
  return address.port;
}

function databaseIn(url = ""): string {
  return new URL(url).pathname.slice(1);
}
