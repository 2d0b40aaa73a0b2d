import type { ReadState } from "./pulumi/read-states";
import type { StackState } from "./pulumi/stack-state";
import { groupedByProblem, type SourceProblem } from "./unreached";

/**
 * Keys of a state with one of these outputs encrypted: a program may make any output a secret.
 *
 * @param outputs what the command reads of each key.
 */
export function encryptedOutputs({ name, state }: ReadState, outputs: readonly string[]): SourceProblem[] {
  const unknown = [...state.keys, ...state.madeByHand].flatMap(({ resource, encrypted }) => {
    const [output] = outputs.filter((it) => encrypted.includes(it));
    return output === undefined ? [] : [{ resource, problem: encryptedProblem(output) }];
  });
  const hidden = nameless(state).map((resource) => ({ resource, problem: encryptedProblem("uniqueName") }));
  return groupedByProblem([...unknown, ...hidden]).map((it) => ({ source: name, ...it }));
}

/** Resources whose names at PayEngine are encrypted. */
export function nameless({ hidden, hiddenByHand, keys }: StackState): string[] {
  return [...hidden.filter((resource) => !keys.some((key) => key.resource === resource)), ...hiddenByHand];
}

function encryptedProblem(what: string): string {
  return `${what} is encrypted in state, which this command does not decrypt; remove it from additionalSecretOutputs`;
}
