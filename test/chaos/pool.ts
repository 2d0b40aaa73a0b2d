import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { RunResult } from "./run-scenario";
import type { Scenario } from "./scenario";
import type { Job } from "./worker";

const REGISTER = join(__dirname, "../../tools/run-typescript.cjs");
/** Time limit of a run. */
const RUN_LIMIT_MS = 15 * 60_000;

/**
 * Runs all jobs in a few processes.
 *
 * @param onResult called as each run ends.
 * @param stops start no new run after one of them is aborted.
 */
export async function runAll(
  jobs: readonly Job[],
  workers: number,
  onResult: (result: RunResult) => void,
  stops: readonly AbortSignal[] = [],
): Promise<RunResult[]> {
  const queue = [...jobs];
  const results: RunResult[] = [];
  const isStopped = () => stops.some(({ aborted }) => aborted);
  const work = async () => {
    let child = startWorker();
    try {
      for (let job = queue.shift(); job !== undefined && !isStopped(); job = queue.shift()) {
        const result = await runOne(child, job);
        results.push(result);
        onResult(result);
        if (!child.connected) child = startWorker();
      }
    } finally {
      if (child.connected) child.disconnect();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, jobs.length) }, work));
  return results;
}

function startWorker(): ChildProcess {
  return fork(join(__dirname, "worker.ts"), [], { execArgv: ["--require", REGISTER] });
}

function runOne(child: ChildProcess, job: Job): Promise<RunResult> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => {
      // The worker then removes what its run made, and ends.
      child.disconnect();
      settle(failure(job.scenario, "hang", `the run took longer than ${RUN_LIMIT_MS} ms`));
    }, RUN_LIMIT_MS);
    const onExit = () => settle(failure(job.scenario, "harness", "the worker ended"));
    const onMessage = (message: { result?: RunResult; failure?: string }) =>
      settle(message.result ?? failure(job.scenario, "harness", message.failure ?? "no result"));
    const settle = (result: RunResult) => {
      clearTimeout(limit);
      child.off("exit", onExit).off("message", onMessage);
      resolve(result);
    };
    child.once("exit", onExit).once("message", onMessage);
    child.send(job);
  });
}

function failure({ name }: Scenario, harm: "harness" | "hang", detail: string): RunResult {
  const nothing = { faults: {}, outcomes: {}, ups: 0, keys: 0, seconds: 0, skipped: [], transcript: "" };
  return { name, violations: [{ harm, detail }], ...nothing };
}
