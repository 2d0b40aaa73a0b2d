import { type ForkOptions, fork, type SpawnOptions, type StdioOptions } from "node:child_process";
import { join } from "node:path";
import type { Settings } from "../api-key/context";
import { messageOf } from "../payengine/errors";
import { PLUGIN_OUTPUT } from "./plugin-output";

/** A message to the watchdog's process, which replies with its number. */
export type Message = { readonly number: number } & (Word | { readonly kind: "let go" });

/** A message about the requests for one resource's key. */
export type Word = { readonly uniqueName: string } & (
  | { readonly kind: "expect"; readonly settings: Settings }
  | { readonly kind: "forget" }
);

/**
 * Revokes leftover keys if this process is killed while it creates a key.
 *
 * If the engine dies, state keeps the pending operation and the key name. If only the plugin's process dies, the engine
 * treats the creation as a plain failure and drops the name, so the key could no longer be found.
 */
export interface Watchdog {
  /** Starts the process before a key is created, because that takes as long as all requests of a creation. */
  getReady(): void;
  /**
   * Announces a request for a key of this resource.
   *
   * @returns a problem if the watchdog does not run.
   */
  expect(settings: Settings, uniqueName: string): Promise<string | undefined>;
  /** Reports that the outcome is known: the key was returned or revoked, or its name is in state. */
  forget(uniqueName: string): Promise<void>;
  /** Releases the output: the engine has ended, keeps the names in state, and must not wait for the watchdog. */
  letGo(): void;
}

const STDERR = 2;

/** Variables that Node needs to start and to reach PayEngine, with a proxy, own certificates or on Windows. */
const PASSED_ON =
  /^(?:NODE_.*|OPENSSL_.*|LD_.*|DYLD_.*|(?:https?|no|all)_proxy|SSL_CERT_(?:FILE|DIR)|PATH|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|TMPDIR|TE?MP|TZ|LANG|LC_.*|SystemRoot|SystemDrive|windir|ComSpec|PATHEXT)$/i;
const ANSWER_LIMIT_MS = 20_000;

/** Starts a separate process before the first key. It ends with this process once nothing is left to revoke. */
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
        return `The watchdog process, which revokes leftover keys of a killed plugin, ${messageOf(error)}; run this again`;
      }
    },
    async forget(uniqueName) {
      // A dead watchdog revokes nothing.
      await tell?.({ kind: "forget", number: ++sent, uniqueName }).catch(() => {});
    },
    letGo() {
      void tell?.({ kind: "let go", number: ++sent }).catch(() => {});
    },
  };
}

/** Resolves when the watchdog has replied. */
type Tell = (message: Message) => Promise<void>;

/** The environment without secrets. The credential comes in a message; passphrases and cloud keys are not needed. */
export function environmentOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => PASSED_ON.test(name)));
}

function startProcess(script: string, onEnd: () => void): Tell {
  // Detached, because the engine ends a plugin's whole process group. Windows would open a console for it.
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
    for (const settle of waiting.values()) settle(new Error("did not start or has ended"));
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
        () => settle(new Error(`did not reply within ${ANSWER_LIMIT_MS / 1000} s`)),
        ANSWER_LIMIT_MS,
      );
      waiting.set(message.number, settle);
      child.send(message, (problem) => problem && settle(problem));
    });
}
