import { type ForkOptions, fork, type SpawnOptions, type StdioOptions } from "node:child_process";
import { join } from "node:path";
import type { Settings } from "../api-key/context";
import { messageOf } from "../payengine/errors";
import { PLUGIN_OUTPUT } from "./plugin-output";

/** What the watchdog's process is told; it answers with the number when it has understood. */
export type Message = { readonly number: number } & (Word | { readonly kind: "let go" });

/** Of the requests for one resource's key. */
export type Word = { readonly uniqueName: string } & (
  | { readonly kind: "expect"; readonly settings: Settings }
  | { readonly kind: "forget" }
);

/**
 * Revokes what this process leaves when it is killed while it makes a key.
 *
 * Where the engine dies, state keeps the pending operation and with it the key's name. Where only the plugin's process
 * dies, the engine takes the creation for a plain failure and drops the name: nobody could find the key any more.
 */
export interface Watchdog {
  /** A key will soon be made: starts its process, which takes as long as all calls of a creation. */
  getReady(): void;
  /**
   * A request to make a key of this resource is about to be sent.
   *
   * @returns what is wrong, where nobody would watch over it.
   */
  expect(settings: Settings, uniqueName: string): Promise<string | undefined>;
  /** What became of its requests is known: the key is handed over or revoked, or state names it. */
  forget(uniqueName: string): Promise<void>;
  /** The engine waits for no more results, and keeps the names in state: it must not wait for the watchdog either. */
  letGo(): void;
}

const STDERR = 2;

/** What Node needs to start and to reach PayEngine: by a proxy, with certificates of one's own, on Windows. */
const PASSED_ON =
  /^(?:NODE_.*|OPENSSL_.*|LD_.*|DYLD_.*|(?:https?|no|all)_proxy|SSL_CERT_(?:FILE|DIR)|PATH|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|TMPDIR|TE?MP|TZ|LANG|LC_.*|SystemRoot|SystemDrive|windir|ComSpec|PATHEXT)$/i;
const ANSWER_LIMIT_MS = 20_000;

/** Starts a process of its own before the first key, which ends when this one does and nothing is left to clear up. */
export function startWatchdog(script = join(__dirname, "main.js")): Watchdog {
  let tell: Tell | undefined;
  let sent = 0;
  const running = () => {
    tell ??= startProcess(script, () => {
      tell = undefined;
    });
    return tell;
  };
  return {
    getReady: () => void running(),
    async expect(settings, uniqueName) {
      try {
        await running()({ kind: "expect", number: ++sent, uniqueName, settings });
        return undefined;
      } catch (error) {
        return `The process that clears up after a killed plugin ${messageOf(error)}; run it again`;
      }
    },
    async forget(uniqueName) {
      // A watchdog that has died can do nothing wrong.
      await tell?.({ kind: "forget", number: ++sent, uniqueName }).catch(() => {});
    },
    letGo() {
      void tell?.({ kind: "let go", number: ++sent }).catch(() => {});
    },
  };
}

/** Resolves when the watchdog has understood. */
type Tell = (message: Message) => Promise<void>;

/** Without secrets: the credential comes in a message, and of the state's passphrase or a cloud's keys it has no need. */
export function environmentOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => PASSED_ON.test(name)));
}

function startProcess(script: string, onEnd: () => void): Tell {
  // Detached: the engine ends a plugin with its whole process group. Windows would open a console for it.
  const stdio: StdioOptions = ["ignore", "ignore", "ignore", "ipc"];
  stdio[PLUGIN_OUTPUT] = STDERR;
  const options: ForkOptions & Pick<SpawnOptions, "windowsHide"> = {
    detached: true,
    windowsHide: true,
    stdio,
    execArgv: [],
    env: environmentOf(process.env),
  };
  const child = fork(script, options);
  child.unref();
  child.channel?.unref();

  const waiting = new Map<number, (problem?: Error) => void>();
  const end = () => {
    onEnd();
    for (const settle of waiting.values()) settle(new Error("could not be started, or has ended"));
  };
  child.on("message", (number: number) => waiting.get(number)?.());
  child.once("exit", end).on("error", end);
  return (message) =>
    new Promise((resolve, reject) => {
      const settle = (problem?: Error) => {
        clearTimeout(limit);
        waiting.delete(message.number);
        if (problem) reject(problem);
        else resolve();
      };
      const limit = setTimeout(
        () => settle(new Error(`did not answer within ${ANSWER_LIMIT_MS / 1000} s`)),
        ANSWER_LIMIT_MS,
      );
      waiting.set(message.number, settle);
      child.send(message, (problem) => problem && settle(problem));
    });
}
