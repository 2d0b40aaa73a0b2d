import type { ReadKey } from "../payengine/batched-reads";
import type { PayEngineClient } from "../payengine/calls";
import type { Place } from "../payengine/read-answer";
import type { CallSettings } from "../payengine/settings";

/** How the engine writes a value that is not known yet. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The longest time that a new key may take to work. */
export const LONGEST_VERIFICATION = "2m";

/** What a user gets to read about one key: what happened, whether a key may exist, what to do. */
export class KeyError extends Error {
  override readonly name = "KeyError";
}

/** One thing that is wrong with what the user wrote. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** What the provider needs to know to work on one account. */
export interface Settings extends CallSettings {
  /** What pins the account: an id that it shows. */
  readonly accountId: string | undefined;
  /** Where the console was before it moved: keys that were made there may be looked for at `apiUrl`. */
  readonly formerApiUrl: string | undefined;
}

/** What of the settings is known in a preview, beside the credential. */
export type KnownSettings = Pick<Settings, "apiUrl" | "accountId" | "formerApiUrl" | "contract">;

/** What the configuration of the provider says. */
export type Configuration =
  | { readonly kind: "ready"; readonly settings: Settings }
  /** Some value is made in the same program and not known yet; only a preview sees this. */
  | { readonly kind: "unknown"; readonly settings: KnownSettings }
  | { readonly kind: "invalid"; readonly failures: readonly Failure[] };

/** A key that a state holds, and where it was made. */
export interface WitnessKey {
  readonly keyId: string;
  readonly name: string;
  readonly apiUrl: string | undefined;
  readonly credentialFingerprint: string | undefined;
}

/** What every step of the lifecycle works with. */
export interface Context {
  readonly client: PayEngineClient;
  /** Reads a key by its id and name; reads that come together share a list. */
  readonly readKey: ReadKey;
  /** What PayEngine tells of the account behind the credential; asked once a process. */
  readonly place: () => Promise<Place>;
  /**
   * Reads the list of keys once a process, before the first key is made.
   *
   * @returns how many keys its first page showed.
   * @throws where it is not in the form of the contract.
   */
  readonly readableList: () => Promise<number>;
  /** Makes sure, once a process, that the account shows what pins it. @throws where it does not. */
  readonly provePin: () => Promise<void>;
  readonly settings: Settings;
  /** The same calls with another private key. */
  readonly clientFor: (token: string) => PayEngineClient;
  /** The same calls, in time that is reserved for taking a key back when the operation's own is over. */
  readonly lastClient: () => PayEngineClient;
  readonly limit: {
    /** The operation's time is over: it makes no further call. */
    readonly isOver: boolean;
    /** Waits for something, in time that does not count. */
    readonly outside: <T>(wait: () => Promise<T>) => Promise<T>;
  };
  /** Keys of states that this process has seen. */
  readonly recordedKeys: () => readonly WitnessKey[];
  readonly engine: {
    /** True only when it is certain that nobody is left to store a result. */
    readonly isGone: () => Promise<boolean>;
  };
  readonly watchdog: {
    /** To be told before each request for a new resource's key. Returns what is wrong, if nobody watches. */
    readonly expect: (uniqueName: string) => Promise<string | undefined>;
    readonly forget: (uniqueName: string) => Promise<void>;
  };
  /** The time to plan by: PayEngine's where it contradicts this machine's, as far as an answer has told it. */
  readonly now: () => Date;
  /** The same, once PayEngine has told its time: where no answer has yet, it is asked. @throws where it cannot be. */
  readonly askTime: () => Promise<Date>;
  /** PayEngine's time, by which what it dates is old; this machine's where no answer has told it. */
  readonly serverNow: () => Date;
  /** Shows the user a line under Diagnostics. */
  readonly warn: (line: string) => void;
  /** Waits so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
}
