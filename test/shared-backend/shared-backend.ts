import { type Fixture, useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { PostgresServer } from "./postgres-server";

/** The environment of a test on a shared backend. */
export interface SharedBackend {
  readonly fixture: Fixture;
  readonly server: PostgresServer;
  /** The environment for the CLI to reach this test's database. */
  readonly env: { readonly PULUMI_BACKEND_URL: string; readonly PGPASSWORD: string };
}

/** One server for the tests of a file, and a new fixture and database for each test. */
export function useSharedBackend(): SharedBackend {
  const given = useFixture();
  let server: PostgresServer | undefined;
  let env: SharedBackend["env"] | undefined;
  // If PostgreSQL must be installed first.
  beforeAll(async () => {
    server = await PostgresServer.start();
  }, 1_200_000);
  beforeEach(async () => {
    env = await server?.newBackend();
    given.fixture.secrets.add(env?.PGPASSWORD ?? "");
  });
  afterAll(() => server?.stop());
  return {
    get fixture() {
      return given.fixture;
    },
    get server() {
      if (!server) throw new Error("The server exists only while tests run");
      return server;
    },
    get env() {
      if (!env) throw new Error("The database exists only while a test runs");
      return env;
    },
  };
}

/** A stack of the project "shop" in a separate folder, as on a separate machine. */
export function stackOn({ fixture, env }: SharedBackend, stack: string, program: string): Promise<Project> {
  const config = { "payengine:apiUrl": fixture.sandbox.url, "payengine:requestTimeout": "2m" };
  return fixture.project({ stack, program, config, env });
}
