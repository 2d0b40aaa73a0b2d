import type { Operation } from "./contract";
import { type EndingFault, type Fault, type FaultPhase, phaseOf } from "./fault";

/** What a fault is matched against: a call just received ("any"), or one that is authenticated and valid. */
export interface FaultTarget {
  operation: Operation | "any";
  keyName?: string | undefined;
}

/** An active fault, and its number of hits. */
export type StandingFault = Fault & { hits: number };

interface Entry {
  fault: Fault;
  passed: number;
  hits: number;
}

/** The requested faults, in order. */
export class FaultList {
  private entries: Entry[] = [];

  add(fault: Fault): StandingFault {
    this.entries.push({ fault, passed: 0, hits: 0 });
    return { ...fault, hits: 0 };
  }

  clear(): void {
    this.entries = [];
  }

  list(): StandingFault[] {
    return this.entries.map(({ fault, hits }) => ({ ...fault, hits }));
  }

  /**
   * Returns the fault that strikes this call at this point, and counts the hit. At most one strikes, the oldest first, so
   * that a list of faults is a sequence.
   */
  take<Phase extends FaultPhase>(phase: Phase, target: FaultTarget): FaultOf<Phase> | undefined {
    for (const entry of this.entries) {
      if (phaseOf(entry.fault) !== phase || !matches(entry.fault, target)) continue;
      if (entry.fault.times !== "always" && entry.hits >= entry.fault.times) continue;
      if (entry.passed < entry.fault.skip) {
        entry.passed += 1;
        continue;
      }
      entry.hits += 1;
      return entry.fault as FaultOf<Phase>;
    }
    return undefined;
  }
}

type FaultOf<Phase extends FaultPhase> = Phase extends "delay" | "informational"
  ? Extract<Fault, { kind: Phase }>
  : EndingFault;

function matches({ operation, keyName }: Fault, target: FaultTarget): boolean {
  if (operation === "any" && keyName !== undefined) {
    // The key of a call is known only after the call is authenticated and read.
    return target.operation !== "any" && (target.keyName ?? "").includes(keyName);
  }
  if (operation !== target.operation) return false;
  return keyName === undefined || (target.keyName ?? "").includes(keyName);
}
