import { closeSync, writeSync } from "node:fs";

/** File descriptor in the watchdog's process, next to the channel to the plugin. */
export const PLUGIN_OUTPUT = 4;

/** The plugin's error output, held by the watchdog. */
export interface PluginOutput {
  /** Shows a line under Diagnostics while the output is held. */
  say(line: string): void;
  /** Lets the engine end. */
  letGo(): void;
}

/**
 * Holds the plugin's error output. The engine shows what is written to it and waits until every holder has closed it.
 * Otherwise the engine would end with its plugin and, as the first process of a container, end the container too.
 *
 * @param descriptor the file descriptor that the plugin has passed.
 * @mechanism held output
 */
export function holdPluginOutput(descriptor: number): PluginOutput {
  let isHeld = true;
  return {
    say(line) {
      if (!isHeld) return;
      try {
        writeSync(descriptor, `${line}\n`);
      } catch {
        // The engine was killed too: there is no reader.
      }
    },
    letGo() {
      if (isHeld) closeSync(descriptor);
      isHeld = false;
    },
  };
}
