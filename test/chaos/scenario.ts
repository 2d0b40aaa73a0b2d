import type { DialectInput, FaultInput } from "payengine-sandbox";
import type { Face } from "../e2e/harness/native-face";

/** A key as the program declares it. */
export interface KeyPlan {
  readonly name: string;
  readonly type: "public" | "private";
  /** Contains the key's own name, so that faults can target it. */
  readonly namePrefix?: string;
  readonly rotation?: { readonly triggers: { readonly count: number }; readonly overlap: Overlap };
}

/** When the previous key is revoked: at once, by the next `up`, or not in this run. */
export const OVERLAPS = ["0s", "1s", "1h"] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** A fault in the sandbox, and the request that it strikes. */
export interface FaultPlan {
  readonly kind: string;
  /** In the order in which the sandbox gets them. */
  readonly faults: readonly FaultInput[];
  /** The one that must strike for the fault to count. */
  readonly counted: number;
}

/** What an interruption does while a request is running. */
export const DEADLY = [
  "CLI killed before the POST",
  "CLI killed during the POST",
  "CLI killed after the POST",
  "plugin killed",
  "CLI, plugin and watchdog killed",
  "Ctrl-C once",
  "Ctrl-C twice",
  "disk full for the backend",
] as const;
export const QUIET = [
  "key revoked behind Pulumi's back",
  "provider credential revoked midway",
  "role lost midway",
] as const;
/** Short, so that late responses arrive soon. */
export const REQUEST_TIMEOUT_MS = 2_000;
/** What a killed CLI counts as where the operation makes no key. */
export const KILLED_ELSEWHERE = "CLI killed during a read or a revocation";
/** A plugin that is killed where the CLI is the first process of a PID namespace. */
export const IN_CONTAINER = "plugin killed in a container";
/** The machine's clock is wrong during an operation, and right again afterwards. */
export const CLOCK_JUMPS = "clock jumps ahead or behind";
export const TWO_STACKS = "two ups of two stacks at once";
export const LIST_LAGS = "list lags behind create";
export const NEW_KEY_UNUSABLE = "new key gets 401 for a while";
export const WRONG_ACCOUNT = "credential of another account";

export type Deadly = (typeof DEADLY)[number] | typeof KILLED_ELSEWHERE | typeof IN_CONTAINER;
export type Quiet = (typeof QUIET)[number];

/**
 * What must be running: a request before any POST; a POST that has not taken effect; one that has; one while
 * another has been answered; any read; any revocation.
 */
export type Moment = "merchant" | "uncommitted" | "committed" | "answered" | "reading" | "revoking";

export interface Interruption<Kind extends string> {
  readonly kind: Kind;
  readonly moment: Moment;
  /** Passes between the moment and the interruption, if the request is still running then. */
  readonly waitMs: number;
}

export type Operation = "up" | "refresh" | "up --refresh" | "destroy";
export type Repair = "up" | "refresh, up" | "up --refresh" | "destroy";

/** One operation with its faults, and the user's next steps. */
export interface Round {
  readonly program: readonly KeyPlan[];
  readonly operation: Operation;
  /** Names of keys that the operation must replace. */
  readonly replace: readonly string[];
  readonly continueOnError: boolean;
  readonly faults: readonly FaultPlan[];
  /** How long new keys are not listed. */
  readonly listLagMs: number;
  /** How long new keys do not authenticate. */
  readonly unusableMs: number;
  readonly quiet?: Interruption<Quiet>;
  readonly deadly?: Interruption<Deadly>;
  /** The operation runs with a credential of another account. */
  readonly wrongAccount: boolean;
  /** How many milliseconds the clock of the operation's processes is ahead; behind for less than 0. */
  readonly clockMs?: number;
  readonly repair: Repair;
  /** The user returns minutes later. */
  readonly later: boolean;
  /** Skips the orphans command after a crash, if the provider must have cleaned up itself. */
  readonly withoutOrphans?: boolean;
}

/** One run: one or two new stacks and a new sandbox. Plain data, generated from a seed or written by hand. */
export interface Scenario {
  readonly name: string;
  readonly stacks: readonly string[];
  readonly requestTimeoutMs: number;
  readonly maxRetries: number;
  readonly pinned: boolean;
  /** Default: "dynamic". */
  readonly face?: Face;
  /** The dialect, if PayEngine does not respond by the published conventions. */
  readonly dialect?: DialectInput;
  /** The only kind of fault in this run: many at once would hide which mechanism is needed. */
  readonly focus?: string;
  readonly rounds: readonly Round[];
}
