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

/** What all operations with the same settings have in common. */
export interface Shared {
  readonly connection: Connection;
  readonly pages: PageMemory;
  readonly place: Context["place"];
  readonly provePin: Context["provePin"];
  readonly readableList: Context["readableList"];
  readonly reads: ReturnType<typeof batchedReads>;
  readonly clock: ServerClock;
}

/** What the process gives to each context. */
export interface ContextSource extends Pick<Context, "engine" | "warn" | "sleep" | "recordedKeys"> {
  /** This machine's clock. */
  readonly now: () => Date;
  readonly watchdog: Pick<Watchdog, "expect" | "forget">;
}

/**
 * Makes the context of one operation. Connections, what PayEngine tells of the account, and lists are kept for as long
 * as the settings stay the same; the limit of time is each operation's own.
 */
export function contextMaker(source: ContextSource): (settings: Settings) => Context {
  let kept: { readonly key: string; readonly shared: Shared } | undefined;
  let hasWarned = false;
  const warnOnce = (warning: string) => {
    if (!hasWarned) source.warn(`warning: ${warning}`);
    hasWarned = true;
  };
  return (settings) => {
    const key = JSON.stringify(settings);
    if (kept?.key !== key) {
      const clock = new ServerClock(source.now, warnOnce);
      kept = { key, shared: sharedBy(settings, openDispatcher(settings), clock) };
    }
    return contextOf(source, settings, kept.shared);
  };
}

/** The context of one operation. */
export function contextOf(source: Omit<ContextSource, "now">, settings: Settings, shared: Shared): Context {
  const { connection, pages, place, provePin, readableList, reads, clock } = shared;
  const { engine, watchdog, warn, sleep, recordedKeys } = source;
  const reserve = settings.requestTimeout;
  const limit = new OperationLimit(operationLimit(settings) - reserve);
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
        // What a rotation begins with anyway costs nothing more.
        if (!clock.isTold) await (settings.contract.kind === "dashboard" ? place() : readableList());
      } catch (error) {
        // A failure tells the time too.
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
