import { randomBytes } from "node:crypto";
import {
  type ControlKey,
  type DialectInput,
  type RunningSandbox,
  SandboxControl,
  startSandbox,
} from "payengine-sandbox";
import type { Dispatcher } from "undici";
import type { Context, Settings } from "../provider/api-key/context";
import type { ApiKeyInputs, ApiKeyState, Outcome } from "../provider/api-key/schema";
import { contextOf, sharedBy } from "../provider/contexts";
import { type Contract, DEFAULT_CONTRACT } from "../provider/payengine/contract";
import { openDispatcher } from "../provider/payengine/dispatcher";
import { fingerprint, shortFingerprint } from "../provider/payengine/key-value";
import { RateLimiter } from "../provider/payengine/rate-limiter";
import { ServerClock } from "../provider/payengine/server-clock";
import { parseContract } from "../provider/payengine/written-contract";
import { ProcessMemory } from "../provider/process-memory";
import { mannerOf } from "./dialects";

/** A stateful PayEngine of its own for one test, and what the lifecycle needs to work against it. */
export class SandboxHarness {
  readonly control: SandboxControl;
  /** What the lifecycle asked to wait, in milliseconds; nothing is waited for. */
  readonly waits: number[] = [];
  /** What the watchdog was told. */
  readonly watched: string[] = [];
  /** What the user was shown under Diagnostics. */
  readonly warnings: string[] = [];
  /** How often somebody who asks whether the engine is gone still gets a no. */
  engineLivesFor = Number.POSITIVE_INFINITY;
  /** Of waits for PayEngine's limit of calls, which end at once. */
  private readonly clock = {
    passedMs: 0,
    now: () => this.clock.passedMs,
    sleep: async (milliseconds: number) => {
      this.clock.passedMs += milliseconds;
    },
  };
  /** By how much the clock of the machine is ahead of PayEngine's, in milliseconds. */
  skewMs = 0;
  /** By how much both were put forward, in milliseconds. */
  advancedMs = 0;
  private contract: Contract = DEFAULT_CONTRACT;
  private scheme = "Basic";
  private readonly dispatchers: Dispatcher[] = [];

  private constructor(private readonly sandbox: RunningSandbox) {
    this.control = new SandboxControl(sandbox.controlUrl ?? "");
  }

  static async open(): Promise<SandboxHarness> {
    return new SandboxHarness(await startSandbox({ control: true, graceMs: 0 }));
  }

  async close(): Promise<void> {
    await Promise.all(this.dispatchers.map((dispatcher) => dispatcher.destroy()));
    await this.sandbox.close();
  }

  get url(): string {
    return this.sandbox.url;
  }

  get credential(): string {
    return this.sandbox.adminKey ?? "";
  }

  /** Has the sandbox answer in another way, and contexts from now on be configured for it. */
  async speak(dialect: DialectInput): Promise<void> {
    await this.control.setDialect(dialect);
    const { contract } = mannerOf(dialect);
    const parsed = contract === undefined ? { contract: DEFAULT_CONTRACT } : parseContract(contract);
    if (!("contract" in parsed)) throw new Error(JSON.stringify(parsed.problems));
    this.contract = parsed.contract;
    this.scheme = dialect.scheme ?? "Basic";
  }

  now = (): Date => new Date(Date.now() + this.advancedMs + this.skewMs);

  /** Puts the provider's clock and PayEngine's forward. */
  async advance(milliseconds: number): Promise<void> {
    this.advancedMs += milliseconds;
    await this.control.advanceClock(milliseconds);
  }

  /** A process of its own: knows nothing of what earlier ones have asked. */
  context(settings: Partial<Settings> = {}, memory = new ProcessMemory()): Context {
    const all: Settings = {
      apiUrl: this.url,
      credential: this.credential,
      accountId: undefined,
      formerApiUrl: undefined,
      requestTimeout: 5_000,
      maxRetries: 0,
      contract: this.contract,
      ...settings,
    };
    const dispatcher = openDispatcher(all);
    this.dispatchers.push(dispatcher);
    const pause = async (milliseconds: number) => void this.waits.push(milliseconds);
    const limiter = new RateLimiter(this.clock);
    const clock = new ServerClock(this.now);
    const shared = sharedBy(all, dispatcher, clock, { dispatcher, limiter, pause });
    const surroundings = {
      recordedKeys: () => memory.recordedKeys(),
      watchdog: {
        expect: async (_settings: Settings, name: string) => {
          this.watched.push(`expect ${name}`);
          return undefined;
        },
        forget: async (name: string) => void this.watched.push(`forget ${name}`),
      },
      engine: { isGone: async () => this.engineLivesFor-- <= 0, onGone: () => {} },
      warn: (line: string) => void this.warnings.push(line),
      sleep: pause,
    };
    const context = contextOf(surroundings, all, shared);
    // A batch waits for others: here, nothing comes together.
    return { ...context, readKey: (id) => context.client.getKey(id) };
  }

  /** What check would have left of a program's arguments, at this PayEngine and with its credential. */
  inputs(more: Partial<ApiKeyInputs> = {}): ApiKeyInputs {
    const place = { apiUrl: this.url, credentialFingerprint: shortFingerprint(this.credential) };
    return newInputs({ ...place, ...more });
  }

  /** Live keys that were made over the API, newest first. */
  async liveKeys(): Promise<ControlKey[]> {
    const keys = await this.control.keys();
    return keys.filter((key) => key.status === "active" && !key.credential);
  }

  /** Id of the live key that was made last, by its name. */
  async newestKey(): Promise<Record<string, string>> {
    const [key] = await this.liveKeys();
    return key === undefined ? {} : { [key.name]: key.id };
  }

  /** The calls so far, such as `POST /api/api-keys`. */
  async calls(): Promise<string[]> {
    const requests = await this.control.requests();
    return requests.map(({ method, path }) => `${method} ${path}`);
  }

  /** The status that PayEngine gives to a call with this key. */
  async statusFor(token: string): Promise<number> {
    const answer = await fetch(`${this.url}/merchant`, {
      headers: { authorization: `${this.scheme} ${token}` },
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  /** Fails unless the live keys at PayEngine are exactly those in state, and every token is the right one. */
  async expectOnlyKeysOf(...states: (ApiKeyState | undefined)[]): Promise<void> {
    const held = states.filter((state) => state !== undefined);
    const live = await this.liveKeys();
    const ids = held.flatMap(({ keyId, previousKeyId }) => [keyId ?? [], previousKeyId ?? []].flat());
    expect(live.map((key) => key.id).sort()).toEqual(ids.sort());
    for (const state of held) {
      if (state.type === "private" && state.previousToken !== undefined)
        expect(await this.statusFor(state.previousToken)).toBe(200);
      const key = live.find(({ id }) => id === state.keyId);
      expect({ name: key?.name, type: key?.type }).toEqual({ name: state.name, type: state.type });
      expect(fingerprint(state.token ?? "")).toBe(key?.fingerprint);
      expect(state.fingerprint).toBe(key?.fingerprint);
      if (state.type === "private") expect(await this.statusFor(state.token ?? "")).toBe(200);
    }
  }
}

/** A program's arguments as check leaves them, without the address and credential. */
export function newInputs(more: Partial<ApiKeyInputs> = {}): ApiKeyInputs {
  const namePrefix = more.namePrefix ?? "shop-prod-checkout";
  const digits = randomBytes(5).toString("hex");
  return { type: "private", namePrefix, uniqueName: `${namePrefix}-${digits}`, ...more };
}

/** The state of a complete outcome; fails the test with the reason of another. */
export function completed(outcome: Outcome): ApiKeyState {
  if (outcome.kind === "unfinished") throw new Error(`unexpectedly unfinished: ${outcome.reason}`);
  return outcome.state;
}

/** What an error says of a pin that would prove the account, where state knows one. */
export function pinHint({ merchantId }: Pick<ApiKeyState, "merchantId">): string {
  if (merchantId === undefined) return "";
  return `, or, if you are certain that merchant ${merchantId} belongs to this account only, set payengine:accountId to that ID`;
}

/** State and reason of an unfinished outcome. */
export function unfinished(outcome: Outcome): { state: ApiKeyState; reason: string } {
  if (outcome.kind === "complete") throw new Error("unexpectedly complete");
  return outcome;
}

/** What a call threw. */
export async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** The message of the error that a call threw. */
export async function messageThrownBy(call: () => unknown): Promise<string> {
  const error = await thrownBy(call);
  if (error instanceof Error) return error.message;
  throw new Error("what was thrown is no Error");
}
