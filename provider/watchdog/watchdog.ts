import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import type { Writable } from "node:stream";
import type { Settings } from "../config";
import { messageOf } from "../errors";

/** What the watchdog's process is told, a line of JSON each. */
export type Message =
  | { readonly kind: "expect"; readonly uniqueName: string; readonly settings: Settings }
  | { readonly kind: "forget"; readonly uniqueName: string };

/**
 * Revokes what this process leaves when it is killed while it makes a key.
 *
 * Where the engine dies, state keeps the pending operation and with it the key's name. Where only the plugin's process
 * dies, the engine takes the creation for a plain failure and drops the name: nobody could find the key any more.
 */
export interface Watchdog {
  /**
   * A request to make a key of this resource is about to be sent.
   *
   * @returns what is wrong, where nobody would watch over it.
   */
  expect(settings: Settings, uniqueName: string): Promise<string | undefined>;
  /** What became of its requests is known: the key is handed over or revoked, or state names it. */
  forget(uniqueName: string): Promise<void>;
}

type WatchdogProcess = ChildProcessByStdio<Writable, null, null>;

/** Starts a process of its own with the first key, which ends when this one does and nothing is left to clear up. */
export function startWatchdog(script = join(__dirname, "main.js")): Watchdog {
  let running: WatchdogProcess | undefined;
  const start = () => {
    const child = spawnDetached(script);
    const lost = () => {
      if (running === child) running = undefined;
    };
    child.once("error", lost).once("exit", lost);
    child.stdin.on("error", lost);
    return child;
  };
  const tell = (message: Message) => {
    running ??= start();
    const { stdin } = running;
    // Once the kernel has the line, it gets there, whatever becomes of this process.
    return new Promise<void>((resolve, reject) => {
      stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
    });
  };
  return {
    async expect(settings, uniqueName) {
      try {
        await tell({ kind: "expect", uniqueName, settings });
        return undefined;
      } catch (error) {
        return `The process that clears up after a killed plugin could not be started (${messageOf(error)}); run it again`;
      }
    },
    async forget(uniqueName) {
      // A watchdog that has died knows of nothing that it could do wrong.
      if (running !== undefined) await tell({ kind: "forget", uniqueName }).catch(() => {});
    },
  };
}

function spawnDetached(script: string): WatchdogProcess {
  const child = spawn(process.execPath, [script], {
    // The engine ends a plugin with its whole process group, and waits for all who hold its output.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    windowsHide: true,
  });
  child.unref();
  // A pipe of a child is a socket, whose type leaves this out.
  (child.stdin as Writable & { unref?: () => void }).unref?.();
  return child;
}
