import { setTimeout as sleep } from "node:timers/promises";
import ms from "ms";
import type { Findings, OrphanReport } from "../recovery/orphans/find-orphans";
import { mayAct } from "./orphans-report";
import type { Progress } from "./progress";

/** An `up` that ends well leaves nothing to wait for, so it pays to look before the time is over. */
const PAUSE_MS = 10_000;

/**
 * Looks again and again until nothing can be changing the stack any more, or the limit is over. Says on the error
 * output what it waits for.
 */
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
      console.error(`Waiting, for ${ms(limitMs, { long: true })} at most: ${reason}.`);
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
  return `the stack is locked by ${lock.owner} on ${lock.host}, process ${lock.pid}`;
}
