import { messageOf } from "../../provider/payengine/errors";
import type { Prepared } from "./prepare";
import { abandonRun, runScenario } from "./run-scenario";
import type { Scenario } from "./scenario";

/** One run, as the pool sends it. */
export interface Job {
  readonly prepared: Prepared;
  readonly scenario: Scenario;
}

/** Each worker is a separate process: the search for secrets is long, and must not delay another run's sandbox. */
process.on("message", async ({ prepared, scenario }: Job) => {
  try {
    answer({ result: await runScenario(prepared, scenario) });
  } catch (error) {
    answer({ failure: messageOf(error) });
  }
});

// Ignores Ctrl-C in a terminal: the end of the harness closes the channel.
process.on("SIGINT", () => {});
process.once("disconnect", async () => {
  await abandonRun();
  process.exit();
});

function answer(message: object): void {
  if (process.connected) process.send?.(message);
}
