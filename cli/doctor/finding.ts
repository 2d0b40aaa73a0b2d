/** How a check has ended. A warning does not fail the whole. */
export type Status = "pass" | "fail" | "warn" | "skip";

/** A member of payengine:contract that would fit what was seen. */
export interface ContractChange {
  /** Where in the contract, such as "fields.id". */
  readonly path: string;
  /** The whole value; for `revokedStatuses` all of its words. */
  readonly value: string | readonly string[];
}

/** What one check has found. */
export interface Finding {
  readonly check: string;
  readonly status: Status;
  readonly found: string;
  /** What to do about it. */
  readonly todo?: string;
  /** What of payengine:contract would fit instead. */
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

/** For what could not be checked because something before it failed. */
export function skip(check: string, found: string): Finding {
  return { check, status: "skip", found };
}

/** What to do where payengine:contract has no words for what the account answers. */
export const REPORT_IT =
  "payengine:contract cannot express this: create no keys with this account yet, and attach what " +
  "`pulumi-payengine doctor --report` prints (it holds no values) to an issue of the project";

/** What to do where payengine:contract can be changed to fit. */
export const SET_IT = "run the commands at the end of this output, then run this again";
