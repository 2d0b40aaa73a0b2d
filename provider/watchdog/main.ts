import { setTimeout as sleep } from "node:timers/promises";
import { type Expected, heed } from "./expected";
import type { Message } from "./watchdog";

/** The watchdog's process: listens to the plugin's, and acts when that one has died. */
const expected = new Map<string, Expected>();
/** The plugin waits for the first answer, and a short `up` is over before this is needed. */
const sweeper = (): typeof import("./sweep-after-death") => require("./sweep-after-death");
const LOAD_AFTER_MS = 1_000;
setTimeout(sweeper, LOAD_AFTER_MS).unref();

const host = { now: () => new Date(), sleep: (milliseconds: number) => sleep(milliseconds) };

// Whoever ends a whole tree of processes ends the plugin as well: that is when this one is needed.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

process.title = "pulumi-payengine watchdog";
process.on("message", (message: Message) => {
  heed(expected, message);
  // Without a callback, a plugin that has died meanwhile would be an error of this process.
  process.send?.(message.number, undefined, {}, () => {});
});
process.once("disconnect", () => {
  for (const it of expected.values()) void sweeper().sweepAfterDeath(host, it);
});
