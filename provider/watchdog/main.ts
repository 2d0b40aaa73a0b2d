import { setTimeout as sleep } from "node:timers/promises";
import { type Expected, heed } from "./expected";
import { holdPluginOutput, PLUGIN_OUTPUT } from "./plugin-output";
import type { Message } from "./watchdog";

/** The watchdog's process: listens to the plugin's process and acts when that one dies. */
const expected = new Map<string, Expected>();
const output = holdPluginOutput(PLUGIN_OUTPUT);

const host = {
  now: () => performance.now(),
  sleep: (milliseconds: number) => sleep(milliseconds),
  later: (milliseconds: number, act: () => void) => void setTimeout(act, milliseconds).unref(),
};

// A signal to the whole process tree also ends the plugin, which is when the watchdog is needed.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"]) process.on(signal, () => {});

process.title = "pulumi-payengine watchdog";
process.on("message", (message: Message) => {
  if (message.kind === "let go") output.letGo();
  else heed(expected, message);
  // With a callback, a plugin that has died meanwhile is not an error of this process.
  process.send?.(message.number, undefined, {}, () => {});
});
process.once("disconnect", () => {
  // Nothing to do: end with the plugin.
  if (expected.size === 0) return output.letGo();
  // Loaded on first use: the plugin waits for the first reply, and most runs never need it.
  const { clearUp }: typeof import("./clear-up") = require("./clear-up");
  void clearUp(host, [...expected.values()], output);
});
