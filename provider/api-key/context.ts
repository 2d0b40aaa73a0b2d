import type { ReadKey } from "../payengine/batched-reads";
import type { PayEngineClient } from "../payengine/calls";
import type { Place } from "../payengine/read-answer";
import type { CallSettings } from "../payengine/settings";

/** The engine's marker for an unknown value. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Maximum time until a new key must work. */
export const LONGEST_VERIFICATION = "2m";

/** An error about one key: what happened, whether a key may exist, what to do. */
export class KeyError extends Error {
  override readonly name = "KeyError";
}

/** One problem of an argument or setting. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** Settings of the provider for one account. */
export interface Settings extends CallSettings {
  /** The ID that pins the account. */
  readonly accountId: string | undefined;
  /** The console's address before it moved to `apiUrl`. */
  readonly formerApiUrl: string | undefined;
}

/** Settings that a preview may know, besides the credential. */
export type KnownSettings = Pick<Settings, "apiUrl" | "accountId" | "formerApiUrl" | "contract">;

/** The provider's configuration. */
export type Configuration =
  | { readonly kind: "ready"; readonly settings: Settings }
  /** A value is an output of the same program and still unknown. Only in previews. */
  | { readonly kind: "unknown"; readonly settings: KnownSettings }
  | { readonly kind: "invalid"; readonly failures: readonly Failure[] };

/** A key in state, and its address and credential. */
export interface WitnessKey {
  readonly keyId: string;
  readonly name: string;
  readonly apiUrl: string | undefined;
  readonly credentialFingerprint: string | undefined;
}

/** What every step of the lifecycle uses. */
export interface Context {
  readonly client: PayEngineClient;
  /** Reads a key by its ID and name. Concurrent reads share a list. */
  readonly readKey: ReadKey;
  /** What PayEngine shows of the credential's account, requested once per process. */
  readonly place: () => Promise<Place>;
  /**
   * Reads the list of keys once per process, before the first key is created.
   *
   * @returns the number of keys on the first page.
   * @throws if the list does not match the contract.
   */
  readonly readableList: () => Promise<number>;
  /** Checks once per process that the account shows the pinned ID. @throws if it does not. */
  readonly provePin: () => Promise<void>;
  readonly settings: Settings;
  /** A client with another private key. */
  readonly clientFor: (token: string) => PayEngineClient;
  /** A client for revoking a key in the time that is reserved for it after the operation's own. */
  readonly lastClient: () => PayEngineClient;
  readonly limit: {
    /** The operation's time is over: it sends no further request. */
    readonly isOver: boolean;
    /** Runs `wait` without counting its time. */
    readonly outside: <T>(wait: () => Promise<T>) => Promise<T>;
  };
  /** Keys in the states that this process has seen. */
  readonly recordedKeys: () => readonly WitnessKey[];
  readonly engine: {
    /** True only if the engine can certainly no longer store a result. */
    readonly isGone: () => Promise<boolean>;
  };
  readonly watchdog: {
    /** Must be called before each request for a new resource's key. Returns a problem if the watchdog does not run. */
    readonly expect: (uniqueName: string) => Promise<string | undefined>;
    readonly forget: (uniqueName: string) => Promise<void>;
  };
  /** The time for decisions: PayEngine's if a response has contradicted this machine's clock. */
  readonly now: () => Date;
  /** The same after at least one response, requesting one if needed. @throws if that fails. */
  readonly askTime: () => Promise<Date>;
  /** PayEngine's time, to compute the age of PayEngine's dates; this machine's before the first response. */
  readonly serverNow: () => Date;
  /** Shows the user a line under Diagnostics. */
  readonly warn: (line: string) => void;
  /** Waits this many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}
