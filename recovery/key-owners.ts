import { mayHaveGiven, uniqueNameIn } from "../provider/api-key/names";
import type { RecordedKey } from "./pulumi/recorded-key";

/**
 * Finds the resource that can have named a key. Uses an index, because a state may have thousands of keys.
 */
export function ownersOf<T extends RecordedKey>(keys: readonly T[]): (name: string) => T | undefined {
  const byUniqueName = new Map<string, T>();
  for (const key of keys) {
    // An unfinished key may be both a resource and a pending operation; the resource, first in the list, has more data.
    if (!byUniqueName.has(key.uniqueName)) byUniqueName.set(key.uniqueName, key);
  }
  return (name) => {
    const owner = byUniqueName.get(name) ?? byUniqueName.get(uniqueNameIn(name) ?? "");
    return owner !== undefined && mayHaveGiven(owner.uniqueName, owner.latestName, name) ? owner : undefined;
  };
}

/** IDs of the keys whose values are in state: current keys, and previous keys during a rotation's overlap. */
export function recordedIds(keys: readonly RecordedKey[]): ReadonlySet<string> {
  return new Set(
    keys.flatMap(({ keyId, previous }) => [keyId, previous?.keyId]).filter((id) => id !== undefined),
  );
}
