import type { Project } from "../e2e/harness/project";
import { type Stage, useStage } from "../e2e/harness/stage";
import { PostgresServer } from "./postgres-server";

/** What a test on a shared backend works with. */
export interface SharedBackend {
  readonly stage: Stage;
  readonly server: PostgresServer;
  /** What the CLI needs to reach this test's own database. */
  readonly env: { readonly PULUMI_BACKEND_URL: string; readonly PGPASSWORD: string };
}

/** One server for the tests of a file, and a fresh stage and database for each. */
export function useSharedBackend(): SharedBackend {
  const given = useStage();
  let server: PostgresServer | undefined;
  let env: SharedBackend["env"] | undefined;
  // Where PostgreSQL has to be installed first.
  beforeAll(async () => {
    server = await PostgresServer.start();
  }, 1_200_000);
  beforeEach(async () => {
    env = await server?.newBackend();
    given.stage.secrets.add(env?.PGPASSWORD ?? "");
  });
  afterAll(() => server?.stop());
  return {
    get stage() {
      return given.stage;
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
export function stackOn({ stage, env }: SharedBackend, stack: string, program: string): Promise<Project> {
  const config = { "payengine:apiUrl": stage.sandbox.url, "payengine:requestTimeout": "2m" };
  return stage.project({ stack, program, config, env });
}
