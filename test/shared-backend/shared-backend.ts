import { type Fixture, useFixture } from "../e2e/harness/fixture";
import type { Project } from "../e2e/harness/project";
import { PostgresServer } from "./postgres-server";

/** What a test on a shared backend works with. */
export interface SharedBackend {
  readonly fixture: Fixture;
  readonly server: PostgresServer;
  /** What the CLI needs to reach this test's own database. */
  readonly env: { readonly PULUMI_BACKEND_URL: string; readonly PGPASSWORD: string };
}

/** One server for the tests of a file, and a fresh fixture and database for each. */
export function useSharedBackend(): SharedBackend {
  const given = useFixture();
  let server: PostgresServer | undefined;
  let env: SharedBackend["env"] | undefined;
  // Where PostgreSQL has to be installed first.
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
      if (!server) throw new Error("There is a server only while tests run");
      return server;
    },
    get env() {
      if (!env) throw new Error("There is a database only while a test runs");
      return env;
    },
  };
}

/** A stack of the project "shop" in a folder of its own, as on a machine of its own. */
export function stackOn({ fixture, env }: SharedBackend, stack: string, program: string): Promise<Project> {
  const config = { "payengine:apiUrl": fixture.sandbox.url, "payengine:requestTimeout": "2m" };
  return fixture.project({ stack, program, config, env });
}
