import type { Prng } from "./prng";
import type { Moment } from "./scenario";

/** The requests that can be running when an operation makes no key. */
export const MOMENTS = { refresh: ["reading"], destroy: ["revoking"] } as const;

/** When a deadly interruption happens. */
export function momentOf(kind: string, makes: boolean, moments: readonly Moment[], random: Prng): Moment {
  if (!makes) return random.pick(moments);
  if (kind.includes("before the POST")) return "merchant";
  if (kind.includes("after the POST")) return "answered";
  return random.pick([...moments, "answered"]);
}
