import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Engine, watchEngine } from "../provider/engine";
import { endProcess, outliveReaders } from "../provider/lifetime";
import { startWatchdog } from "../provider/watchdog/watchdog";
import { nativeProvider } from "./native-face";
import { serve } from "./server";

/** Set when the plugin is bundled. */
declare const VERSION: string;

outliveReaders([process.stdout, process.stderr]);

/** The engine that started this process. */
const ownEngine = watchEngine(process.argv[2], process);
/** The engine that stores results: with PULUMI_DEBUG_PROVIDERS it attaches later, and this process outlives it. */
let engine: Pick<Engine, "isGone"> = ownEngine;

const provider = nativeProvider(
  {
    env: process.env,
    engine: { onGone: ownEngine.onGone, isGone: () => engine.isGone() },
    watchdog: startWatchdog(join(__dirname, "watchdog.js")),
    now: () => new Date(),
    sleep: (milliseconds) => sleep(milliseconds),
    exit: endProcess,
    warn: (line) => console.error(line),
  },
  {
    version: VERSION,
    schema: () => readFileSync(join(__dirname, "schema.json"), "utf8"),
    attach(address) {
      engine = watchEngine(address, new EventEmitter());
    },
  },
);

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
