import { keyProviders, type Reached } from "../accounts";
import { DEFAULT_PROVIDER, isConfigured, isDefault } from "../pulumi/recorded-provider";
import type { StackState } from "../pulumi/stack-state";

/**
 * References to the providers whose accounts an audit checks. An account may have keys of a stack whose state has none:
 * after an interrupted first update, or when a key outlived a destroy.
 */
export function auditedProviders(state: StackState): string[] {
  const recorded = [...new Set([...keyProviders(state), ...configured(state)])];
  return recorded.some(isDefault) ? recorded : [...recorded, DEFAULT_PROVIDER];
}

function configured({ providers }: StackState): string[] {
  return [...providers].flatMap(([reference, provider]) => (isConfigured(provider) ? [reference] : []));
}

interface Unused {
  readonly resource: string;
  readonly problem: string;
}

/**
 * Providers without keys in state that could not be checked, or that no request can check.
 *
 * @param reached every provider that was tried.
 * @param problems why an account could not be listed, by the provider's reference.
 */
export function unusedProviders(
  state: StackState,
  reached: ReadonlyMap<string, Reached>,
  problems: ReadonlyMap<string, string>,
): { readonly unreached: Unused[]; readonly notAudited: Unused[] } {
  const used = new Set(keyProviders(state));
  const isSeen = [...reached.keys()].some((reference) => !problems.has(reference));
  const unused = [...reached].flatMap(([reference, it]) => {
    const problem = problems.get(reference);
    // The default provider is not in state: no error if another account was checked.
    const isGuess = reference === DEFAULT_PROVIDER && (isSeen || used.size > 0);
    if (used.has(reference) || isGuess || problem === undefined) return [];
    const name = state.providers.get(reference)?.values.provider;
    const resource = name === undefined ? "the default provider" : `provider ${name}`;
    // Where only people create keys, the provider created none.
    return [{ resource, problem, isByHand: it.settings?.contract.kind === "dashboard" }];
  });
  const entry = ({ resource, problem }: Unused) => ({ resource, problem });
  return {
    unreached: unused.filter(({ isByHand }) => !isByHand).map(entry),
    notAudited: unused.filter(({ isByHand }) => isByHand).map(entry),
  };
}
