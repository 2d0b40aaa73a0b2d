import { z } from "zod";

const milliseconds = z.number().min(0).default(0);

/**
 * For how long, by the sandbox's clock, a key made over the API is not there yet. The credentials that the sandbox
 * makes itself never lag, or a test would lock itself out.
 */
export const lagSchema = z.strictObject({
  /** Lists leave out keys younger than this. */
  listMs: milliseconds,
  /** GET by id answers 404 for keys younger than this. */
  getMs: milliseconds,
  /** Calls that authenticate with a key younger than this answer 401. */
  newKeyUnusableMs: milliseconds,
});

/** A whole setting. */
export type Lag = z.output<typeof lagSchema>;
/** What a test says of one. */
export type LagInput = z.input<typeof lagSchema>;
