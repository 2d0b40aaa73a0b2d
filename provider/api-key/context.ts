import type { Engine } from "../engine";
import type { ReadKey } from "../payengine/batched-reads";
import type { PayEngineClient } from "../payengine/calls";
import type { Place } from "../payengine/read-answer";
import type { RecordedKeys } from "./recorded-keys";

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
  /** What payengine:accountId pins the account by. */
  readonly pin: string | undefined;
  /** Makes sure, once a process, that the account shows the pin. @throws where it does not. */
  readonly provePin: () => Promise<void>;
  /** Address of the API, and the one that it had before it moved. */
  readonly apiUrl: string;
  readonly formerApiUrl: string | undefined;
  readonly credential: string;
  /** The same calls with another private key. */
  readonly clientFor: (token: string) => PayEngineClient;
  /** Keys of other states that this process has seen. */
  readonly recorded: RecordedKeys;
  readonly engine: Engine;
  readonly watchdog: {
    /** To be told before each request for a new resource's key. Returns what is wrong, if nobody watches. */
    readonly expect: (uniqueName: string) => Promise<string | undefined>;
    readonly forget: (uniqueName: string) => Promise<void>;
  };
  readonly now: () => Date;
  /** PayEngine's time, as its latest answer says it; this machine's where none has. */
  readonly serverNow: () => Date;
  /** Waits so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Milliseconds that one request may take. */
  readonly requestTimeout: number;
}
