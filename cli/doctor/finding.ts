import type { ContractChange } from "../contract/contract-lines";

/** Result of a check. A warning does not make the command fail. */
export type Status = "pass" | "fail" | "warn" | "skip";

/** What one check found. */
export interface Finding {
  readonly check: string;
  readonly status: Status;
  readonly found: string;
  /** What to do about it. */
  readonly todo?: string;
  /** Members of payengine:contract that fit instead. */
  readonly changes?: readonly ContractChange[];
}

export function pass(check: string, found: string): Finding {
  return { check, status: "pass", found };
}

export function fail(
  check: string,
  found: string,
  todo: string,
  changes: readonly ContractChange[] = [],
): Finding {
  return changes.length > 0
    ? { check, status: "fail", found, todo, changes }
    : { check, status: "fail", found, todo };
}

export function warn(
  check: string,
  found: string,
  todo: string,
  changes: readonly ContractChange[] = [],
): Finding {
  return { ...fail(check, found, todo, changes), status: "warn" };
}

/** For a check that could not run, such as after a failed one. */
export function skip(check: string, found: string): Finding {
  return { check, status: "skip", found };
}

/** What to do if payengine:contract cannot describe the account's responses. */
export const REPORT_IT =
  "payengine:contract cannot express this: do not create keys in this account yet, and attach the output of " +
  "`npx pulumi-payengine doctor --report` (it has no values) to an issue of the project";

/** What to do if payengine:contract can be changed to fit. */
export const SET_IT = "run the commands at the end of this output, then run this again";
