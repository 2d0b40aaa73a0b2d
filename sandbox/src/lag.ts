import { z } from "zod";

const milliseconds = z.number().min(0).default(0);

/**
 * How long a key made over the API is not visible yet, by the sandbox's clock. Credentials that the sandbox makes never
 * lag, because a test would lock itself out.
 */
export const lagSchema = z.strictObject({
  /** Lists omit keys younger than this. */
  listMs: milliseconds,
  /** GET by ID returns 404 for keys younger than this. */
  getMs: milliseconds,
  /** Calls with a key younger than this return 401. */
  newKeyUnusableMs: milliseconds,
});

/** A complete setting. */
export type Lag = z.output<typeof lagSchema>;
/** The options that a test sets. */
export type LagInput = z.input<typeof lagSchema>;
