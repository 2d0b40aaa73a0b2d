import type { Fixture } from "../e2e/harness/fixture";
import { kill, processesIn, until } from "../e2e/harness/processes";
import type { Project } from "../e2e/harness/project";

/** Kills an `up` and its plugin while PayEngine makes a key, so that no process receives the response. */
export async function crashWhileCreating(
  { control }: Fixture,
  project: Project,
  args: readonly string[] = [],
): Promise<void> {
  await control.addFault({ operation: "createKey", kind: "delay", beforeCommitMs: 3_000 });
  let cli = 0;
  const ended = project.run(["up", "--skip-preview", ...args], {
    onStart: (pid) => {
      cli = pid;
    },
  });
  await until("PayEngine is making the key", async () => {
    const requests = await control.requests();
    return requests.some(({ method, answered }) => method === "POST" && answered === "pending") || undefined;
  });
  // Looked up before the CLI ends, because the harness then exports the state with a process in the same folder.
  const running = await processesIn(project.folder);
  kill(cli);
  for (const { pid } of running) kill(pid);
  await ended;
  // The call counts as dropped at once, but the key is still created.
  await until("PayEngine has made the key", async () => (await control.keys()).some(isMade) || undefined);
}

function isMade({ credential }: { credential: boolean }): boolean {
  return !credential;
}
