import { InvalidArgumentError } from "commander";
import ms from "ms";

/** Reads a duration such as "90s" or "10m" into milliseconds. */
export function readDuration(text: string): number {
  const value = /^\d+(\.\d+)? ?[a-z]+$/.test(text) ? ms(text as ms.StringValue) : undefined;
  if (value === undefined) throw new InvalidArgumentError('Use a duration such as "90s" or "10m".');
  return value;
}

/** Collects the values of a repeatable flag. */
export function collected(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}
