import { mayHaveGiven, uniqueNameIn } from "../provider/api-key/names";
import type { RecordedKey } from "./pulumi/stack-state";

/**
 * Finds the resource that can have given a key its name; a state may speak of thousands.
 */
export function ownersOf<T extends RecordedKey>(keys: readonly T[]): (name: string) => T | undefined {
  const byUniqueName = new Map<string, T>();
  for (const key of keys) {
    // One that an operation left unfinished stands in resources and in pending operations; the first is the fuller.
    if (!byUniqueName.has(key.uniqueName)) byUniqueName.set(key.uniqueName, key);
  }
  return (name) => {
    const owner = byUniqueName.get(name) ?? byUniqueName.get(uniqueNameIn(name) ?? "");
    return owner !== undefined && mayHaveGiven(owner.uniqueName, owner.latestName, name) ? owner : undefined;
  };
}

/** Ids of the keys whose values a state holds: current ones, and previous ones that a rotation keeps for a while. */
export function recordedIds(keys: readonly RecordedKey[]): ReadonlySet<string> {
  return new Set(
    keys.flatMap(({ keyId, previous }) => [keyId, previous?.keyId]).filter((id) => id !== undefined),
  );
}
