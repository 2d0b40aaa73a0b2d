/**
 * What becomes of a key:
 *
 * - `managed`: live, and a state holds its value.
 * - `orphaned`: live, and its value was lost: by the same proof as `orphans`.
 * - `unsettled`: bears a name of a state that an operation may still be changing, so nothing is proven yet.
 * - `gone`: a state holds its value, and it no longer works.
 * - `overdue`: the previous key of a rotation, live after its date.
 * - `unmatched`: live, named like ours, in none of the given states.
 * - `other`: as unmatched, but its name begins with none of the prefixes that say which names are yours.
 */
export type Category = "managed" | "orphaned" | "unsettled" | "gone" | "overdue" | "unmatched" | "other";

/** All categories, in the order in which reports show them. */
export const CATEGORIES: readonly Category[] = [
  "orphaned",
  "overdue",
  "gone",
  "unsettled",
  "unmatched",
  "other",
  "managed",
];

/** One key of an account or a state. Its value is never in it. */
export interface AuditedKey {
  /** What becomes of it. */
  readonly category: Category;
  /** The stack or state file, except for unmatched and other keys. */
  readonly source: string | undefined;
  /** Name of the resource in the program, except for unmatched and other keys. */
  readonly resource: string | undefined;
  /** URN of that resource. */
  readonly urn: string | undefined;
  /** The key's name at PayEngine. */
  readonly keyName: string;
  /** The key's id at PayEngine. */
  readonly keyId: string;
  /** Address of the API. */
  readonly apiUrl: string;
  /** Name of the explicit provider in the program; undefined for the default one, and for unmatched keys. */
  readonly provider: string | undefined;
  /** The account's id, where PayEngine tells it. */
  readonly accountId: string | undefined;
  /** When PayEngine made it (ISO 8601). */
  readonly createdAt: string | undefined;
  /** When it was last used (ISO 8601), where PayEngine says it. */
  readonly lastUsedAt: string | undefined;
  /** Other resources that hold the same key, `resource of source`: destroying any of them revokes it for all. */
  readonly sharedWith: readonly string[];
  /** What to know or do. */
  readonly note: string;
}
