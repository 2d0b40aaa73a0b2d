/**
 * The category of a key:
 *
 * - `managed`: live, and a state has its value.
 * - `orphaned`: live, and its value was lost, by the same proof as in `orphans`.
 * - `unsettled`: too early to tell, because an operation may still be changing the state that names it.
 * - `gone`: a state has its value, but the key no longer works.
 * - `overdue`: the previous key of a rotation, still live after its end date.
 * - `unrotated`: live and current in a state, but older than the given age.
 * - `unmatched`: live and named like this provider's keys, but in none of the given states.
 * - `other`: same as unmatched, but its name has none of the given prefixes.
 */
export type Category =
  | "managed"
  | "orphaned"
  | "unsettled"
  | "gone"
  | "overdue"
  | "unrotated"
  | "unmatched"
  | "other";

/** All categories, in the order in which reports show them. */
export const CATEGORIES: readonly Category[] = [
  "orphaned",
  "overdue",
  "gone",
  "unrotated",
  "unsettled",
  "unmatched",
  "other",
  "managed",
];

/** One key of an account or a state, without its value. */
export interface AuditedKey {
  /** Its category. */
  readonly category: Category;
  /** The stack or state file, except for unmatched and other keys. */
  readonly source: string | undefined;
  /** Name of the resource in the program, except for unmatched and other keys. */
  readonly resource: string | undefined;
  /** URN of that resource. */
  readonly urn: string | undefined;
  /** The key's name at PayEngine. */
  readonly keyName: string;
  /** The key ID at PayEngine. */
  readonly keyId: string;
  /** Address of the API. */
  readonly apiUrl: string;
  /** Name of the explicit provider in the program; undefined for the default one, and for unmatched keys. */
  readonly provider: string | undefined;
  /** The account ID, if PayEngine returns it. */
  readonly accountId: string | undefined;
  /** When PayEngine created it (ISO 8601). */
  readonly createdAt: string | undefined;
  /** When it was last used (ISO 8601), if PayEngine returns it. */
  readonly lastUsedAt: string | undefined;
  /** Other resources with the same key, as `resource of source`. Destroying any of them revokes the key for all. */
  readonly sharedWith: readonly string[];
  /** What to know or do. */
  readonly note: string;
}
