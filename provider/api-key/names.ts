import { MAX_NAME_LENGTH } from "../payengine-api";

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

/**
 * The name that an attempt posts. Each has its own, for servers where a revoked key keeps its name taken.
 *
 * @param attempt from 1 on.
 */
export function attemptName(unique: string, attempt: number): string {
  return attempt === 1 ? unique : `${unique}-r${attempt}`;
}

/** Says whether a key of this name was made by an attempt for this resource. Names are compared in full. */
export function isNameOf(unique: string, name: string): boolean {
  return (
    name === unique || (name.startsWith(unique) && /^-r([2-9]|[1-9]\d+)$/.test(name.slice(unique.length)))
  );
}
