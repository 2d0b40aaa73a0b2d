import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../provider/adapter";
import { watchEngine } from "../provider/engine";
import { outliveReaders } from "../provider/lifetime";
import { startWatchdog } from "../provider/watchdog/watchdog";
import { nativeProvider } from "./native-face";
import { serve } from "./server";

declare const VERSION: string;

outliveReaders([process.stdout, process.stderr]);

const host: Host = {
  env: process.env,
  engine: watchEngine(process.argv[2], process),
  watchdog: startWatchdog(join(__dirname, "watchdog.js")),
  now: () => new Date(),
  sleep: (milliseconds) => sleep(milliseconds),
  exit: () => process.exit(0),
  warn: (line) => console.error(line),
};

const provider = nativeProvider(host, {
  version: VERSION,
  schema: () => readFileSync(join(__dirname, "schema.json"), "utf8"),
  attach: () => {},
});

serve(provider).then(
  // The engine reads the port, and nothing else may be printed before it.
  (port) => console.log(port),
  (error) => {
    console.error(
      `The plugin could not listen on loopback: ${error instanceof Error ? error.message : error}`,
    );
    process.exit(1);
  },
);
