import type { FaultInput } from "payengine-sandbox";
import type { Prng } from "./prng";
import {
  CLOCK_JUMPS,
  DEADLY,
  type FaultPlan,
  IN_CONTAINER,
  KILLED_ELSEWHERE,
  LIST_LAGS,
  NEW_KEY_UNUSABLE,
  QUIET,
  TWO_STACKS,
  WRONG_ACCOUNT,
} from "./scenario";

/** The response of a proxy, or of a lagging copy of PayEngine, for an active key. */
export const GONE = "404 while the key lives";

/** The request that a fault hits. */
export interface Target {
  readonly operation: FaultInput["operation"];
  readonly keyName: string;
}

interface Choice {
  readonly random: Prng;
  readonly requestTimeoutMs: number;
}

type Make = (on: Target & { times: number }, choice: Choice) => FaultInput[];

const gateway = (random: Prng) => ({
  status: random.pick([500, 502, 503]),
  body: random.pick(["contract", "html", "empty", "json"] as const),
});

/** Faults of a request of any kind. */
const ANYWHERE: Readonly<Record<string, Make>> = {
  "response dropped after commit": (on) => [{ ...on, kind: "dropAfterCommit" }],
  "response dropped before commit": (on) => [{ ...on, kind: "dropBeforeCommit" }],
  "500/502/503 after commit": (on, { random }) => [{ ...on, kind: "statusAfterCommit", ...gateway(random) }],
  "body truncated": (on) => [{ ...on, kind: "truncatedBody" }],
  "429 with Retry-After": (on) => [{ ...on, kind: "rateLimit", retryAfter: 1 }],
  "429 without Retry-After": (on, { random }) => [{ ...on, kind: "rateLimit", asHtml: random.chance(30) }],
};

/** Faults of a request to create a key. */
const ON_CREATE: Readonly<Record<string, Make>> = {
  ...ANYWHERE,
  "201 without value": (on) => [{ ...on, kind: "valueMissing" }],
  "masked value": (on, { random }) => [
    { ...on, kind: "maskedValue", form: random.pick(["stars", "dots", "redacted", "short"] as const) },
  ],
  "response without ID, or in another format": (on, { random }) => [
    { ...on, kind: random.pick(["idMissing", "unreadable"] as const) },
  ],
  "a firewall's page after the commit": (on, { random }) => [
    {
      ...on,
      kind: "statusAfterCommit",
      status: random.pick([400, 401, 403, 404, 422]),
      body: random.pick(["html", "empty", "json"] as const),
    },
  ],
  "102, 103 or 206": (on, { random }) => [
    random.chance(50)
      ? { ...on, kind: "informational", status: random.pick([102, 103] as const) }
      : { ...on, kind: "partial206" },
  ],
  "response with a wrong name": (on) => [{ ...on, kind: "wrongName" }],
  "slow response past the timeout that commits later": (on, { random, requestTimeoutMs: limit }) => {
    // Before recovery reads the list, during a second attempt, after `up` has ended.
    const beforeCommitMs = limit + random.pick([50, 400, 1_500, 4_000]);
    return [{ ...on, times: 1, kind: "delay", beforeCommitMs }];
  },
  "list fails while recovering": (on, { random }) => [
    { ...lostOnce(on, random) },
    failingList(on.keyName, random),
  ],
  [LIST_LAGS]: (on, { random }) => [lostOnce(on, random)],
};

/** Faults of a request to read a key. */
const ON_READ: Readonly<Record<string, Make>> = {
  ...ANYWHERE,
  [GONE]: (on) => [{ ...on, kind: "statusBeforeCommit", status: 404 }],
};

/** Every kind of fault that a run may count. */
export const ALL_KINDS: readonly string[] = [
  ...Object.keys(ON_CREATE),
  GONE,
  ...[
    ...DEADLY,
    IN_CONTAINER,
    CLOCK_JUMPS,
    ...QUIET,
    KILLED_ELSEWHERE,
    TWO_STACKS,
    NEW_KEY_UNUSABLE,
    WRONG_ACCOUNT,
  ],
];

export const ON_CREATE_KINDS = Object.keys(ON_CREATE);
export const ON_REVOKE_KINDS = Object.keys(ANYWHERE);
export const ON_READ_KINDS = [...ON_REVOKE_KINDS, GONE, GONE];

/** For a fault that interrupts recovery itself, the second one counts. */
const COUNTED: Readonly<Record<string, number>> = { "list fails while recovering": 1 };

export function makeFault(kind: string, on: Target, times: number, choice: Choice): FaultPlan {
  const make = (on.operation === "createKey" ? ON_CREATE : ON_READ)[kind];
  return { kind, faults: make({ ...on, times }, choice), counted: COUNTED[kind] ?? 0 };
}

function lostOnce(on: Target, random: Prng): FaultInput {
  const base = { ...on, times: 1 };
  return random.chance(50)
    ? { ...base, kind: "dropAfterCommit" }
    : { ...base, kind: "statusAfterCommit", ...gateway(random) };
}

function failingList(keyName: string, random: Prng): FaultInput {
  const base = { operation: "listKeys", keyName, times: "always" } as const;
  return random.pick<FaultInput>([
    { ...base, kind: "statusBeforeCommit", status: 503 },
    { ...base, kind: "dropBeforeCommit" },
    { ...base, kind: "html200", commit: false },
  ]);
}
