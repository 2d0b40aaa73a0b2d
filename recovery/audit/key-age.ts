import ms from "ms";
import type { SourceProblem } from "../unreached";
import type { AuditedKey } from "./audited-key";
import type { LocatedKey } from "./audited-states";

/** Keys with the category for their age, and those whose age is unknown. */
interface AgedKeys {
  readonly keys: readonly AuditedKey[];
  readonly unreached: readonly SourceProblem[];
}

/**
 * Finds the managed keys that are older than allowed. The previous key of a rotation has been rotated, whatever its age.
 *
 * @param maxAge in milliseconds.
 */
export function agedKeys(
  keys: readonly AuditedKey[],
  recorded: readonly LocatedKey[],
  now: Date,
  maxAge: number,
): AgedKeys {
  const current = new Map(recorded.map((key) => [key.keyId, key]));
  const unreached: SourceProblem[] = [];
  const aged = keys.map((key): AuditedKey => {
    const holder = current.get(key.keyId);
    if (key.category !== "managed" || holder === undefined) return key;
    const createdAt = key.createdAt ?? holder.createdAt;
    const age = now.getTime() - Date.parse(createdAt ?? "");
    const { source, resource } = holder;
    if (Number.isNaN(age))
      unreached.push({ source: source.name, resources: [resource], problem: UNKNOWN_AGE });
    if (!(age > maxAge)) return { ...key, createdAt };
    const note = [
      `created ${createdAt}, more than ${ms(maxAge, { long: true })} ago: rotate or replace it`,
      key.note,
    ];
    return { ...key, createdAt, category: "unrotated", note: note.filter((it) => it !== "").join("; ") };
  });
  return { keys: aged, unreached };
}

const UNKNOWN_AGE = "neither PayEngine nor state says when its key was created, so its age is unknown";
