import ms from "ms";
import { z } from "zod";

const NOT_ONE = 'is not a duration; write it like "30s" or "500ms"';

/**
 * A duration such as "30s", in milliseconds.
 *
 * @param least and `most` as a user would write them.
 */
export function duration(least: ms.StringValue, most: ms.StringValue) {
  return z
    .string(NOT_ONE)
    .regex(/^\d+(\.\d+)? ?(ms|s|m)$/, NOT_ONE)
    .transform((value) => ms(value as ms.StringValue))
    .refine((value) => value >= ms(least) && value <= ms(most), `must be between ${least} and ${most}`);
}
