import type { AccountSource } from "../account";
import type { Engine } from "../engine";
import type { PayEngineApi } from "../payengine-api";
import type { ReadKey } from "../shared-reads";

/** What every step of the lifecycle works with. */
export interface Context extends AccountSource {
  readonly api: PayEngineApi;
  /** Reads a key by its id and the name that it bears; reads that come together share a list. */
  readonly readKey: ReadKey;
  readonly credential: string;
  /** Says whether a private key's value works. */
  readonly authenticates: (token: string) => Promise<boolean>;
  readonly engine: Engine;
  readonly watchdog: {
    /** To be told before each request for a new resource's key. Returns what is wrong, if nobody watches. */
    readonly expect: (uniqueName: string) => Promise<string | undefined>;
    readonly forget: (uniqueName: string) => Promise<void>;
  };
  readonly now: () => Date;
  /** Waits so many milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Milliseconds that one request may take. */
  readonly requestTimeout: number;
  readonly maxRetries: number;
}
