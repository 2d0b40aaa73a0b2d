import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseJson } from "../parse-json";
import { clearUpAfter, type Expected, heed } from "./clear-up";
import type { Message } from "./watchdog";

/** The watchdog's process: listens to the plugin's, and acts when the pipe closes. */
const expected = new Map<string, Expected>();
const host = { now: () => new Date(), sleep: (milliseconds: number) => sleep(milliseconds) };

// Whoever ends a whole tree of processes ends the plugin as well: that is when this one is needed.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

process.title = "pulumi-payengine watchdog";
createInterface(process.stdin)
  .on("line", (line) => {
    const message = parseJson(line) as Message | undefined;
    // A line that was cut: the plugin's process died before the request that it speaks of was sent.
    if (message !== undefined) heed(expected, message);
  })
  // Only the end of the plugin's process closes it.
  .once("close", () => Promise.all([...expected.values()].map((it) => clearUpAfter(host, it))));
