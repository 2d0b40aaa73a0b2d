import { setTimeout as sleep } from "node:timers/promises";
import { type Expected, heed } from "./expected";
import { holdPluginOutput, PLUGIN_OUTPUT } from "./plugin-output";
import type { Message } from "./watchdog";

/** The watchdog's process: listens to the plugin's, and acts when that one has died. */
const expected = new Map<string, Expected>();
const output = holdPluginOutput(PLUGIN_OUTPUT);

const host = {
  now: () => performance.now(),
  sleep: (milliseconds: number) => sleep(milliseconds),
  later: (milliseconds: number, act: () => void) => void setTimeout(act, milliseconds).unref(),
};

// Whoever ends a whole tree of processes ends the plugin as well: that is when this one is needed.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"]) process.on(signal, () => {});

process.title = "pulumi-payengine watchdog";
process.on("message", (message: Message) => {
  if (message.kind === "let go") output.letGo();
  else heed(expected, message);
  // Without a callback, a plugin that has died meanwhile would be an error of this process.
  process.send?.(message.number, undefined, {}, () => {});
});
process.once("disconnect", () => {
  // Not one moment longer than the plugin itself, where nothing is to be done.
  if (expected.size === 0) return output.letGo();
  // Loaded here: the plugin waits for the first answer, and a run that ends well needs nothing of it.
  const { clearUp }: typeof import("./clear-up") = require("./clear-up");
  void clearUp(host, [...expected.values()], output);
});
