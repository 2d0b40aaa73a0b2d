/** What could not be checked, and why. */
export interface Unreached {
  /** Names of the resources in the program. */
  readonly resources: readonly string[];
  /** Why, and what to do. */
  readonly problem: string;
}

/** What could not be checked in one of several states. */
export interface SourceProblem extends Unreached {
  /** Name of the stack or path of the file. */
  readonly source: string;
  /** Names of the resources in the program; empty if the whole state could not be read. */
  readonly resources: readonly string[];
}

/** The problem of a state that cannot be read. */
export function wholeState(source: string, problem: string): SourceProblem {
  return { source, resources: [], problem };
}

/** The error if no state at all can be read. */
export function nothingRead([first, ...others]: readonly SourceProblem[]): Error {
  const more = others.length === 0 ? "" : ` (${others.length} more could not be read either)`;
  return new Error(`${first?.problem}${more}`);
}

/** Groups resources by their problem. */
export function groupedByProblem(
  problems: readonly { readonly resource: string; readonly problem: string }[],
): Unreached[] {
  const byProblem = new Map<string, Set<string>>();
  for (const { resource, problem } of problems) {
    byProblem.set(problem, (byProblem.get(problem) ?? new Set()).add(resource));
  }
  return [...byProblem].map(([problem, resources]) => ({ resources: [...resources], problem }));
}
