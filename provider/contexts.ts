import type { Dispatcher } from "undici";
import type { Context, Settings } from "./api-key/context";
import { operationLimit } from "./config";
import { OperationLimit } from "./operation-limit";
import { batchedReads } from "./payengine/batched-reads";
import { type PageMemory, type PayEngineClient, payEngineClient } from "./payengine/calls";
import { openDispatcher } from "./payengine/dispatcher";
import { type Connection, connectionBy, createRequest } from "./payengine/http";
import { requireReadableList } from "./payengine/key-list";
import { once } from "./payengine/once";
import { ServerClock } from "./payengine/server-clock";
import { placeLookup, requirePin } from "./payengine/witnesses";
import type { Watchdog } from "./watchdog/watchdog";

/** Shared by all operations with the same settings. */
export interface Shared {
  readonly connection: Connection;
  readonly pages: PageMemory;
  readonly place: Context["place"];
  readonly provePin: Context["provePin"];
  readonly readableList: Context["readableList"];
  readonly reads: ReturnType<typeof batchedReads>;
  readonly clock: ServerClock;
}

/** What the process passes to each context. */
export interface ContextSource extends Pick<Context, "engine" | "warn" | "sleep" | "recordedKeys"> {
  /** This machine's clock. */
  readonly now: () => Date;
  readonly watchdog: Pick<Watchdog, "expect" | "forget">;
}

/**
 * Returns a function that creates the context of one operation. Operations with the same settings share connections, lists
 * and what PayEngine shows of the account; each has its own time limit.
 */
export function contextMaker(source: ContextSource): (settings: Settings, limitMs?: number) => Context {
  let kept: { readonly key: string; readonly shared: Shared } | undefined;
  let hasWarned = false;
  const warnOnce = (warning: string) => {
    if (!hasWarned) source.warn(`warning: ${warning}`);
    hasWarned = true;
  };
  return (settings, limitMs) => {
    const key = JSON.stringify(settings);
    if (kept?.key !== key) {
      const clock = new ServerClock(source.now, warnOnce);
      kept = { key, shared: sharedBy(settings, openDispatcher(settings), clock) };
    }
    return contextOf(source, settings, kept.shared, limitMs);
  };
}

/**
 * The context of one operation.
 *
 * @param limitMs its time limit. A part of it is reserved for revoking an unusable key.
 */
export function contextOf(
  source: Omit<ContextSource, "now">,
  settings: Settings,
  shared: Shared,
  limitMs = operationLimit(settings),
): Context {
  const { connection, pages, place, provePin, readableList, reads, clock } = shared;
  const { engine, watchdog, warn, sleep, recordedKeys } = source;
  const reserve = settings.requestTimeout;
  const limit = new OperationLimit(Math.max(limitMs - reserve, limitMs / 2));
  const clientFor = (credential: string, memory?: PageMemory, signal = limit.signal): PayEngineClient =>
    payEngineClient(
      createRequest({ ...settings, credential }, connection, signal),
      settings.contract,
      memory,
    );
  const client = clientFor(settings.credential, pages);
  return {
    client,
    clientFor,
    lastClient: () => clientFor(settings.credential, pages, AbortSignal.timeout(reserve)),
    limit,
    place,
    provePin,
    readableList,
    recordedKeys,
    settings,
    engine,
    warn,
    now: () => clock.agreed(),
    serverNow: () => clock.now(),
    async askTime() {
      try {
        // A rotation starts with this request anyway.
        if (!clock.isTold) await (settings.contract.kind === "dashboard" ? place() : readableList());
      } catch (error) {
        // A failed response has a Date header too.
        if (!clock.isTold) throw error;
      }
      return clock.agreed();
    },
    sleep,
    readKey: reads(client),
    watchdog: {
      expect: (uniqueName) => watchdog.expect(settings, uniqueName),
      forget: (uniqueName) => watchdog.forget(uniqueName),
    },
  };
}

export function sharedBy(
  settings: Settings,
  dispatcher: Dispatcher,
  clock: ServerClock,
  base: Omit<Connection, "noteDate"> = connectionBy(dispatcher),
): Shared {
  const connection = { ...base, noteDate: (date: Date) => clock.note(date) };
  const pages: PageMemory = { longest: 0 };
  const client = (limit?: AbortSignal) =>
    payEngineClient(createRequest(settings, connection, limit), settings.contract, pages);
  const place = placeLookup(client());
  return {
    connection,
    pages,
    place,
    clock,
    provePin: once(async () => requirePin(client(), place, settings.accountId)),
    readableList: once(() => requireReadableList(client())),
    reads: batchedReads(() => client(AbortSignal.timeout(settings.requestTimeout))),
  };
}
