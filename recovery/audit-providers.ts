import { keyProviders } from "./accounts";
import type { StackState } from "./stack-state";
import { DEFAULT_PROVIDER, isDefault } from "./state-source";

/**
 * References to the providers whose accounts an audit looks at. A stack may have left keys in an account although its
 * state holds none: those of an interrupted first update, or those that outlived a destroy.
 */
export function auditedProviders(state: StackState): string[] {
  const recorded = [...new Set([...keyProviders(state), ...configured(state)])];
  return recorded.some(isDefault) ? recorded : [...recorded, DEFAULT_PROVIDER];
}

/** Providers that state records PayEngine's configuration of: others make other things. */
function configured({ providers }: StackState): string[] {
  return [...providers].flatMap(([reference, { values, encrypted }]) =>
    Object.keys(values).length + encrypted.length > 0 ? [reference] : [],
  );
}

/**
 * What could not be looked at of the providers that no key of the state belongs to.
 *
 * @param problems why its account could not be listed, of every provider that was tried.
 */
export function unusedProviders(
  state: StackState,
  problems: ReadonlyMap<string, string | undefined>,
): { readonly resource: string; readonly problem: string }[] {
  const used = new Set(keyProviders(state));
  const isSeen = [...problems.values()].includes(undefined);
  return [...problems].flatMap(([reference, problem]) => {
    // That state does not even record it is no fault where another account has been looked at.
    const isGuess = reference === DEFAULT_PROVIDER && (isSeen || used.size > 0);
    if (used.has(reference) || isGuess || problem === undefined) return [];
    const name = state.providers.get(reference)?.values.provider;
    return [{ resource: name === undefined ? "the default provider" : `provider ${name}`, problem }];
  });
}
