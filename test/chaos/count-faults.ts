import type { Tally } from "./run-scenario";
import { CLOCK_JUMPS, LIST_LAGS, NEW_KEY_UNUSABLE, type Round, WRONG_ACCOUNT } from "./scenario";
import type { World } from "./world";

/** Counts the faults that struck a request. Interruptions are counted when they happen. */
export async function countFaults(world: World, round: Round, tally: Tally): Promise<void> {
  const standing = await world.control.faults();
  const requests = (await world.control.requests()).slice(world.startedRound.requests);
  const has = (operation: string, answered?: number) =>
    requests.some((it) => it.operation === operation && (answered ?? it.answered) === it.answered);
  let index = 0;
  for (const { kind, faults, counted } of round.faults) {
    // A lag affects later requests for the list.
    const isSeen = kind !== LIST_LAGS || has("listKeys");
    if (standing[index + counted].hits > 0 && isSeen) tally.fault(kind);
    index += faults.length;
  }
  if (round.unusableMs > 0 && (has("createKey", 200) || has("createKey", 201))) tally.fault(NEW_KEY_UNUSABLE);
  if (round.clockMs !== undefined && requests.length > 0) tally.fault(CLOCK_JUMPS);
  if (round.wrongAccount && requests.length > 0) tally.fault(WRONG_ACCOUNT);
}
