import type { FaultInput } from "payengine-sandbox";
import { DIALECTS } from "../dialects";
import type { MechanismName } from "./mechanisms";
import { type FaultPlan, IN_CONTAINER, type KeyPlan, type Round, type Scenario } from "./scenario";

const KEY: KeyPlan = { name: "k00", type: "private" };
const PUBLIC: KeyPlan = { ...KEY, type: "public" };
const rotating = (count: number): KeyPlan => ({
  ...KEY,
  rotation: { triggers: { count }, overlap: "1h" },
});
const CHANGED: KeyPlan = { ...KEY, namePrefix: "p100-k00" };

const quietUp: Round = {
  program: [KEY],
  operation: "up",
  replace: [],
  continueOnError: false,
  faults: [],
  listLagMs: 0,
  unusableMs: 0,
  wrongAccount: false,
  repair: "up",
  later: false,
};

const lost: FaultInput = { operation: "createKey", kind: "dropAfterCommit" };
/** Only the search after a lost request fails. The list of all keys, read before a creation, works. */
const listFails: FaultInput = {
  operation: "listKeys",
  keyName: `${KEY.name}-`,
  kind: "statusBeforeCommit",
  status: 503,
  times: "always",
};

/**
 * For each mechanism, the shortest run that ends in a loss without it. The mechanisms overlap, so random seeds rarely
 * reach some of them.
 */
export const DIRECTED: Readonly<Record<MechanismName, Scenario>> = {
  "lost answers": scenario([{ ...quietUp, faults: [fault("response dropped after commit", lost)] }]),
  sweep: scenario([{ ...quietUp, faults: [fault("response dropped after commit", lost)] }]),
  "final sweep": scenario([{ ...quietUp, faults: [late(2_600)] }]),
  "reconcile mark": scenario([{ ...quietUp, faults: [late(6_000)] }]),
  "partial success": scenario([
    { ...quietUp, faults: [fault("list fails while recovering", lost, listFails)] },
  ]),
  "engine gone": scenario([
    {
      ...quietUp,
      deadly: { kind: "CLI killed during the POST", moment: "uncommitted", waitMs: 0 },
      withoutOrphans: true,
    },
  ]),
  watchdog: scenario([{ ...quietUp, deadly: { kind: "plugin killed", moment: "committed", waitMs: 0 } }]),
  "held output": scenario([{ ...quietUp, deadly: { kind: IN_CONTAINER, moment: "committed", waitMs: 0 } }]),
  "delete hold-back": scenario([
    quietUp,
    {
      ...quietUp,
      program: [CHANGED],
      continueOnError: true,
      faults: [fault("list fails while recovering", lost, listFails)],
    },
  ]),
  "delete sweep": scenario([
    {
      ...quietUp,
      faults: [fault("list fails while recovering", lost, listFails)],
      repair: "destroy",
      later: true,
    },
  ]),
  "rotation sweep": scenario([
    { ...quietUp, program: [rotating(0)] },
    {
      ...quietUp,
      program: [rotating(1)],
      deadly: { kind: "plugin killed", moment: "committed", waitMs: 0 },
      withoutOrphans: true,
    },
  ]),
  "proof before gone": scenario([
    quietUp,
    {
      ...quietUp,
      operation: "refresh",
      faults: [
        fault("404 while the key lives", { operation: "getKey", kind: "statusBeforeCommit", status: 404 }),
      ],
    },
  ]),
  // A private key's value would prove that it is live. A public key has only the account as proof.
  "right place": scenario([
    { ...quietUp, program: [PUBLIC] },
    { ...quietUp, program: [PUBLIC], operation: "refresh", wrongAccount: true },
  ]),
  "orphans command": scenario([
    { ...quietUp, deadly: { kind: "CLI, plugin and watchdog killed", moment: "committed", waitMs: 0 } },
  ]),
};

/** In each dialect: kills an `up` and all its processes during a creation, then runs orphans, `up` and destroy. */
export const IN_DIALECTS: readonly Scenario[] = Object.entries(DIALECTS).map(([name, dialect]) => ({
  ...scenario([
    {
      ...quietUp,
      program: [KEY, { ...PUBLIC, name: "k01" }],
      deadly: { kind: "CLI, plugin and watchdog killed", moment: "committed", waitMs: 0 },
    },
    { ...quietUp, program: [KEY], operation: "refresh", repair: "destroy", later: true },
  ]),
  name: `dialect: ${name}`,
  dialect,
}));

function scenario(rounds: readonly Round[]): Omit<Scenario, "name"> & { name: string } {
  return { name: "directed", stacks: ["dev"], requestTimeoutMs: 2_000, maxRetries: 0, pinned: false, rounds };
}

function fault(kind: string, ...faults: FaultInput[]): FaultPlan {
  return { kind, faults, counted: faults.length - 1 };
}

function late(beforeCommitMs: number): FaultPlan {
  return fault("slow response past the timeout that commits later", {
    operation: "createKey",
    kind: "delay",
    beforeCommitMs,
  });
}
