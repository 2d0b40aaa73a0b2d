import type { SourceProblem, Unreached } from "../recovery/unreached";
import { hanging } from "./layout";
import { fewOf, printable } from "./terminal";

/** What could not be checked, as one paragraph. */
export function unreachedLine({ resources, problem }: Unreached, label = "Not checked"): string {
  return hanging("", printable(`${label}: ${fewOf(resources)}: ${problem}`));
}

/** The same for one of several states, or for a whole state. */
export function sourceProblemLine({ source, resources, problem }: SourceProblem, label?: string): string {
  const names = resources.length === 0 ? [source] : resources.map((name) => `${name} of ${source}`);
  return unreachedLine({ resources: names, problem }, label);
}
