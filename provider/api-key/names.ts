import { MAX_NAME_LENGTH } from "../payengine/calls";

/** Hex digits that make a name unique: 40 bits. */
export const DIGITS = 10;

/** Room for the marks of attempts and generations after the digits, such as `-g999-r99`. */
const ROOM_FOR_MARKS = 9;

/** The longest `namePrefix`, in characters. */
export const MAX_PREFIX_LENGTH = MAX_NAME_LENGTH - ROOM_FOR_MARKS - 1 - DIGITS;

/** The name that stands in state before the key is made, and that no other resource's key bears. */
export function uniqueName(namePrefix: string, digits: string): string {
  return `${namePrefix}-${digits}`;
}

/** The digits of a unique name. */
export function digitsOf(unique: string): string {
  return unique.slice(-DIGITS);
}

/** Which of a resource's keys a name stands for. Both count from 1. */
export interface Marks {
  /** A rotation makes the next generation. */
  readonly generation: number;
  /** Each attempt has its own name, for servers where a revoked key keeps its name taken. */
  readonly attempt: number;
}

/** The name that an attempt posts. */
export function keyName(unique: string, { generation, attempt }: Marks): string {
  return unique + (generation > 1 ? `-g${generation}` : "") + (attempt > 1 ? `-r${attempt}` : "");
}

/** Attempts that one create or update makes. */
export const MAX_ATTEMPTS = 3;

const MARKS = /^(?:-g([2-9]|[1-9]\d+))?(?:-r([2-9]|[1-9]\d+))?$/;
const LIKE_OURS = new RegExp(`^(.+-[0-9a-f]{${DIGITS}})(?:-g\\d+)?(?:-r\\d+)?$`);

/** Reads the marks of a name; undefined where it is none of this resource's. Names are compared in full. */
export function marksIn(unique: string, name: string): Marks | undefined {
  if (!name.startsWith(unique)) return undefined;
  const marks = MARKS.exec(name.slice(unique.length));
  return marks === null ? undefined : { generation: Number(marks[1] ?? 1), attempt: Number(marks[2] ?? 1) };
}

/**
 * What a name begins with up to its digits, where it looks like one that this provider gives: a unique name, then marks.
 * Which resource gave it, if any, only the state that holds the unique name can tell: {@link mayHaveGiven}.
 */
export function uniqueNameIn(name: string): string | undefined {
  return LIKE_OURS.exec(name)?.[1];
}

/**
 * Says whether a resource can have given a name: the one rule for which keys it may revoke without knowing their ids. It
 * counts attempts and generations up from the name that it posted last, and an `up` whose result state lacks can have
 * made {@link MAX_ATTEMPTS} more. Any other name is somebody else's, or from a newer state.
 *
 * @param latest the name that was posted last, as far as state tells.
 */
export function mayHaveGiven(unique: string, latest: string | undefined, name: string): boolean {
  const its = marksIn(unique, name);
  if (its === undefined) return false;
  const last = marksIn(unique, latest ?? "") ?? { generation: 1, attempt: 0 };
  if (its.generation === last.generation) return its.attempt <= last.attempt + MAX_ATTEMPTS;
  if (its.generation === last.generation + 1) return its.attempt <= MAX_ATTEMPTS;
  return its.generation < last.generation;
}

/** The generation of a key by its name; a name that is none of this resource's was adopted, which is the first. */
export function generationOf(unique: string, name: string): number {
  return marksIn(unique, name)?.generation ?? 1;
}

/**
 * The name of the next attempt.
 *
 * @param latest the name that was posted last.
 * @param generation the one to make; where a later one has been tried already, its attempts are counted on.
 */
export function nextName(unique: string, latest: string | undefined, generation: number): string {
  const before = latest === undefined ? undefined : marksIn(unique, latest);
  if (before === undefined || before.generation < generation)
    return keyName(unique, { generation, attempt: 1 });
  return keyName(unique, { ...before, attempt: before.attempt + 1 });
}
