import type { Fixture } from "../e2e/harness/fixture";
import { kill, processesIn, until } from "../e2e/harness/processes";
import type { Project } from "../e2e/harness/project";

/** Kills an `up` and its plugin while PayEngine makes a key, so that no process receives the answer. */
export async function crashWhileCreating({ control }: Fixture, project: Project): Promise<void> {
  await control.addFault({ operation: "createKey", kind: "delay", beforeCommitMs: 1500 });
  let cli = 0;
  const ended = project.run(["up", "--skip-preview"], {
    onStart: (pid) => {
      cli = pid;
    },
  });
  await until("PayEngine is making the key", async () => {
    const requests = await control.requests();
    return requests.some(({ method, answered }) => method === "POST" && answered === "pending") || undefined;
  });
  kill(cli);
  for (const { pid } of await processesIn(project.folder)) kill(pid);
  await ended;
  // The call counts as dropped at once; the key is made all the same.
  await until("PayEngine has made the key", async () => (await control.keys()).some(isMade) || undefined);
}

function isMade({ credential }: { credential: boolean }): boolean {
  return !credential;
}
