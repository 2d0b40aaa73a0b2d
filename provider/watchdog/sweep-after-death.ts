import { GRACE_MS } from "../api-key/journal";
import { sweepAll } from "../api-key/sweep";
import { payEngineClient } from "../payengine/calls";
import { openDispatcher } from "../payengine/dispatcher";
import { ApiError, messageOf, sentence } from "../payengine/errors";
import { connectionBy, createRequest } from "../payengine/http";
import type { Expected } from "./expected";

/** The clock of this process. */
export interface Timing {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Result of a sweep after the plugin's death. */
export interface SweptAfterDeath {
  /** Number of revoked keys. */
  readonly revoked: number;
  /** Why more keys may be left. */
  readonly problem: string | undefined;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;
/** How long PayEngine may be unreachable, in milliseconds. */
const OUT_OF_REACH_MS = 60 * 60_000;

/**
 * Revokes every key with a name of the resource, until as many were revoked as requested, or until one look after the time
 * in which a request can take effect. None of them can be in state: the plugin died before it returned one.
 *
 * @mechanism watchdog
 */
export async function sweepAfterDeath(
  { now, sleep }: Timing,
  { uniqueName, settings, posts }: Expected,
): Promise<SweptAfterDeath> {
  const lastEffect = settings.requestTimeout + GRACE_MS;
  const limit = lastEffect + OUT_OF_REACH_MS;
  const start = now();
  const elapsed = () => now() - start;
  const dispatcher = openDispatcher(settings);
  const request = createRequest(settings, connectionBy(dispatcher), AbortSignal.timeout(limit));
  const client = payEngineClient(request, settings.contract);
  let revoked = 0;
  let problem: string | undefined;
  let isOver = false;
  for (let pause = FIRST_PAUSE_MS; !isOver; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    const begun = elapsed();
    try {
      revoked += await sweepAll(client, uniqueName);
      problem = undefined;
      isOver = revoked >= posts || begun >= lastEffect;
    } catch (error) {
      // PayEngine may be unreachable for a while, but a revoked credential stays revoked.
      problem = sentence(messageOf(error));
      const isRefused = error instanceof ApiError && error.status === 401 && error.byContract;
      isOver = begun >= (isRefused ? lastEffect : limit);
    }
    const untilLast = lastEffect - elapsed();
    if (!isOver) await sleep(untilLast > 0 ? Math.min(pause, untilLast) : pause);
  }
  await dispatcher.destroy();
  return { revoked, problem };
}
