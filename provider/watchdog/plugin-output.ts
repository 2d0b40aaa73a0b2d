import { closeSync, writeSync } from "node:fs";

/** Its file descriptor in the watchdog's process, beside the channel to the plugin. */
export const PLUGIN_OUTPUT = 4;

/** The plugin's error output, in the watchdog's hands. */
export interface PluginOutput {
  /** Shows the user a line under Diagnostics, as long as it is held. */
  say(line: string): void;
  /** Lets the engine end. */
  letGo(): void;
}

/**
 * Holds the plugin's error output: the engine waits until all who hold it have let go, and shows what they write. Without
 * that it would end with its plugin, and where it is the first process of a container, so would everything else.
 *
 * @param descriptor of the file, as the plugin has passed it on.
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
        // The engine was killed as well: there is no reader.
      }
    },
    letGo() {
      if (isHeld) closeSync(descriptor);
      isHeld = false;
    },
  };
}
