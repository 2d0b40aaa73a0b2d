import { parse } from "iso8601-duration";
import ms from "ms";

/** Reads one text, or says what is wrong with it, in words that follow its name. */
export type Rule<T> = (text: string) => { readonly value: T } | { readonly problem: string };

const SHORT = /^\d+(\.\d+)? ?(ms|s|m)$/;
const NOT_SHORT = 'is not a duration; write it like "30s" or "500ms"';

const LONG = /^\d+(\.\d+)? ?(s|m|h|d|w)$/;
/** Months and years have no fixed length. */
const ISO = /^P(?!$)(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/;
export const NOT_LONG = 'is not a duration; write it like "90d", "12h" or "P90D"';

/**
 * A rule for a short duration such as "30s", which is read as milliseconds.
 *
 * @param least and `most` as a user would write them.
 */
export function duration(least: ms.StringValue, most: ms.StringValue): Rule<number> {
  return (text) => {
    if (!SHORT.test(text)) return { problem: NOT_SHORT };
    const value = ms(text as ms.StringValue);
    if (value >= ms(least) && value <= ms(most)) return { value };
    return { problem: `must be between ${least} and ${most}` };
  };
}

/** What a duration of seconds to weeks says, such as "90d", "12h", "P90D" or "PT12H", in milliseconds; NaN where it is none. */
export function milliseconds(text: string): number {
  if (LONG.test(text)) return ms(text as ms.StringValue);
  if (!ISO.test(text)) return Number.NaN;
  const { weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0 } = parse(text);
  return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
}
