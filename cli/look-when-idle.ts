import { setTimeout as sleep } from "node:timers/promises";
import ms from "ms";
import type { Findings, OrphanReport } from "../recovery/orphans/find-orphans";
import { mayAct } from "./orphans-report";
import type { Progress } from "./progress";

/** After an `up` that ends well there is no need to wait, so look often. */
const PAUSE_MS = 10_000;

/** Looks until nothing can be changing the stack, or the limit is over. Prints the reason to the error output. */
export async function lookWhenIdle(
  look: () => Promise<Findings>,
  limitMs: number,
  { step, end }: Progress,
): Promise<Findings> {
  let findings = await look();
  const deadline = performance.now() + limitMs;
  let said = "";
  while (!mayAct(findings.report)) {
    const left = deadline - performance.now();
    if (left <= 0) break;
    const reason = reasonToWait(findings.report);
    if (reason !== said) {
      end();
      console.error(`Waiting up to ${ms(limitMs, { long: true })}: ${reason}.`);
    }
    said = reason;
    step("Waiting for the stack");
    await sleep(Math.min(PAUSE_MS, left));
    findings = await look();
  }
  return findings;
}

function reasonToWait({ lock, waitUntil }: OrphanReport): string {
  if (lock === undefined) return `an operation may still be running until ${waitUntil?.toISOString()}`;
  return `${lock.owner} on ${lock.host} (process ${lock.pid}) holds the lock on the stack`;
}
