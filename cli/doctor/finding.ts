/** How a check has ended. A warning does not fail the whole. */
export type Status = "pass" | "fail" | "warn" | "skip";

/** What one check has found. */
export interface Finding {
  readonly check: string;
  readonly status: Status;
  readonly found: string;
  /** What to do about it. */
  readonly todo?: string;
}

export function pass(check: string, found: string): Finding {
  return { check, status: "pass", found };
}

export function fail(check: string, found: string, todo: string): Finding {
  return { check, status: "fail", found, todo };
}

export function warn(check: string, found: string, todo: string): Finding {
  return { check, status: "warn", found, todo };
}

/** For what could not be checked because something before it failed. */
export function skip(check: string, found: string): Finding {
  return { check, status: "skip", found };
}
