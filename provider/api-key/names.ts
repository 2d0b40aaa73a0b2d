import { MAX_NAME_LENGTH } from "../payengine/calls";

/** Hex digits that make a name unique: 40 bits. */
export const DIGITS = 10;

/** Room for the suffixes of generations and attempts, such as `-g999-r99`. */
const ROOM_FOR_MARKS = 9;

/** The longest `namePrefix`, in characters. */
export const MAX_PREFIX_LENGTH = MAX_NAME_LENGTH - ROOM_FOR_MARKS - 1 - DIGITS;

/** The name that is in state before the key is created and that no other resource uses. */
export function uniqueName(namePrefix: string, digits: string): string {
  return `${namePrefix}-${digits}`;
}

/** The digits of a unique name. */
export function digitsOf(unique: string): string {
  return unique.slice(-DIGITS);
}

/** Generation and attempt in a name. Both count from 1. */
export interface Marks {
  /** A rotation creates the next generation. */
  readonly generation: number;
  /** Each attempt has its own name, because a revoked key may keep its name taken. */
  readonly attempt: number;
}

/** The name that an attempt posts. */
export function keyName(unique: string, { generation, attempt }: Marks): string {
  return unique + (generation > 1 ? `-g${generation}` : "") + (attempt > 1 ? `-r${attempt}` : "");
}

/** Attempts per create or update. */
export const MAX_ATTEMPTS = 3;

const MARKS = /^(?:-g([2-9]|[1-9]\d+))?(?:-r([2-9]|[1-9]\d+))?$/;
const LIKE_OURS = new RegExp(`^(.+-[0-9a-f]{${DIGITS}})(?:-g\\d+)?(?:-r\\d+)?$`);

/** Generation and attempt of a name; undefined if it is not this resource's. Names are compared in full. */
export function marksIn(unique: string, name: string): Marks | undefined {
  if (!name.startsWith(unique)) return undefined;
  const marks = MARKS.exec(name.slice(unique.length));
  return marks === null ? undefined : { generation: Number(marks[1] ?? 1), attempt: Number(marks[2] ?? 1) };
}

/**
 * The unique name in a key name that looks like one of this provider's. Only the state with that unique name shows which
 * resource it belongs to, if any: {@link mayHaveGiven}.
 */
export function uniqueNameIn(name: string): string | undefined {
  return LIKE_OURS.exec(name)?.[1];
}

/**
 * Whether a resource can have used a name: the rule for keys that it may revoke without knowing their IDs. It counts
 * attempts and generations up from the name that it posted last. An `up` whose result is not in state can have made
 * {@link MAX_ATTEMPTS} more attempts. Any other name belongs to another resource or to a newer state.
 *
 * @param latest the last name that was posted, according to state.
 */
export function mayHaveGiven(unique: string, latest: string | undefined, name: string): boolean {
  const its = marksIn(unique, name);
  if (its === undefined) return false;
  const last = marksIn(unique, latest ?? "") ?? { generation: 1, attempt: 0 };
  if (its.generation === last.generation) return its.attempt <= last.attempt + MAX_ATTEMPTS;
  if (its.generation === last.generation + 1) return its.attempt <= MAX_ATTEMPTS;
  return its.generation < last.generation;
}

/** The generation of a key by its name. An adopted key has a foreign name and is the first generation. */
export function generationOf(unique: string, name: string): number {
  return marksIn(unique, name)?.generation ?? 1;
}

/**
 * The name of the next attempt.
 *
 * @param latest the last name that was posted.
 * @param generation the generation to create. If a later one was already attempted, its attempts are counted on.
 */
export function nextName(unique: string, latest: string | undefined, generation: number): string {
  const before = latest === undefined ? undefined : marksIn(unique, latest);
  if (before === undefined || before.generation < generation)
    return keyName(unique, { generation, attempt: 1 });
  return keyName(unique, { ...before, attempt: before.attempt + 1 });
}
