import { createHash } from "node:crypto";
import { findSecrets } from "../secret-search";
import type { Round } from "./scenario";
import type { ChaosState } from "./stack";
import type { World } from "./world";

export type Harm =
  /** A live key that is in no state. */
  | "orphan"
  /** A key that is not in state, or is there without its value. */
  | "lost"
  /** A key in state that does not work. */
  | "dead"
  /** The key in use was revoked before its successor was in state. */
  | "cut"
  | "leak"
  | "hang"
  /** A plugin that outlived its engine. */
  | "process"
  /** A command of the runbook failed, or left work that it should have done. */
  | "repair"
  /** The harness itself failed. */
  | "harness";

/** Harms that show that a mechanism is missing. */
export const LOSSES: readonly Harm[] = ["orphan", "lost", "dead", "cut"];

export interface Violation {
  readonly harm: Harm;
  readonly detail: string;
}

/** Checks that the live keys in the sandbox are exactly those in state, and that they work. */
export async function checkAgreement(world: World, states: readonly ChaosState[]): Promise<Violation[]> {
  const live = await world.liveKeys();
  const keys = states.flatMap((state) => state.keys);
  const inState = new Set(heldIds(keys));
  const isLive = new Set(live.map(({ id }) => id));
  const violations: Violation[] = live
    .filter(({ id }) => !inState.has(id))
    .map(({ id, name }) => ({ harm: "orphan", detail: `${id} ${name}` }));
  for (const { urn, name, keyId, token, type } of keys) {
    const what = `${urn} ${name} ${keyId}`;
    if (keyId !== undefined && !isLive.has(keyId)) {
      violations.push({ harm: "dead", detail: `${what} is not live` });
    } else if (token !== undefined) {
      const isRight = live.some(
        (key) =>
          key.id === keyId &&
          key.name === name &&
          (type === "public" ? key.publicValue === token : key.fingerprint === fingerprint(token)),
      );
      const works = isRight && (type === "public" || (await world.authenticates(token)));
      if (!works) violations.push({ harm: "dead", detail: `${what}: its token does not work` });
      if (type !== "public" && !world.secrets.has(token))
        violations.push({ harm: "harness", detail: `${what}: its token was not noted as a secret` });
    }
  }
  for (const { urn, previousKeyId, previousToken, type } of keys) {
    if (previousKeyId === undefined) continue;
    const works =
      previousToken !== undefined && (type === "public" || (await world.authenticates(previousToken)));
    if (!isLive.has(previousKeyId) || !works)
      violations.push({ harm: "dead", detail: `${urn}: its previous key ${previousKeyId} does not work` });
  }
  const twice = keys.filter(({ keyId }, index) => {
    return keyId !== undefined && keys.findIndex((other) => other.keyId === keyId) !== index;
  });
  return [
    ...violations,
    ...twice.map(({ urn, keyId }): Violation => ({ harm: "dead", detail: `${urn} holds ${keyId} as well` })),
  ];
}

/** IDs of the keys in the states: current keys, and previous keys that still work. */
export function heldIds(keys: ChaosState["keys"]): string[] {
  return keys.flatMap(({ keyId, previousKeyId }) => [keyId ?? [], previousKeyId ?? []].flat());
}

/** From the sandbox's control interface, not from the provider's code. */
function fingerprint(token: string): string {
  return createHash("sha256").update(token).digest("hex").slice(0, 16);
}

/** Checks that state has every key of the program after the repair `up`, and none after a destroy. */
export function checkComplete(state: ChaosState, round: Round, isDestroyed: boolean): Violation[] {
  if (isDestroyed) {
    return state.keys.map(({ urn }) => ({ harm: "lost", detail: `${urn} is still in state after destroy` }));
  }
  const violations: Violation[] = [];
  for (const { name } of round.program) {
    const current = state.keys.filter(({ resource, awaitsDelete }) => resource === name && !awaitsDelete);
    const hasToken = current.length === 1 && current[0].token !== undefined && current[0].keyId !== undefined;
    if (!hasToken) violations.push({ harm: "lost", detail: `${name} has no token in state` });
    if (current[0]?.pendingAction === "create")
      violations.push({ harm: "lost", detail: `${name} is unfinished` });
  }
  const extra = state.keys.filter(({ resource }) => !round.program.some(({ name }) => name === resource));
  return [
    ...violations,
    ...extra.map(({ urn }): Violation => ({ harm: "repair", detail: `${urn} was kept` })),
  ];
}

/** Checks that nothing is left to do once lost requests can no longer take effect. */
export function checkReconciled(state: ChaosState): Violation[] {
  return state.keys
    .filter(({ pendingAction, awaitsDelete }) => pendingAction !== undefined || awaitsDelete)
    .map(({ urn, pendingAction }) => ({
      harm: "repair",
      detail: `${urn} still is to ${pendingAction ?? "delete"}`,
    }));
}

/** Checks that only a destroy revokes a key in use before its successor is in state. */
export async function checkInUse(
  world: World,
  after: readonly ChaosState[],
  round: Round,
): Promise<Violation[]> {
  if (round.operation === "destroy") return [];
  const isLive = new Set((await world.liveKeys()).map(({ id }) => id));
  const kept = new Set(round.program.map(({ name }) => name));
  const violations: Violation[] = [];
  for (const [index, before] of world.before.entries()) {
    for (const { resource, id, keyId, token, urn, awaitsDelete } of before.keys) {
      if (awaitsDelete || token === undefined || keyId === undefined || !kept.has(resource)) continue;
      if (isLive.has(keyId) || world.revokedBehind.has(keyId)) continue;
      const successor = after[index].keys.find((key) => key.resource === resource && !key.awaitsDelete);
      const works = successor?.token !== undefined && isLive.has(successor.keyId ?? "");
      // Rotated in place, with an overlap longer than the run: consumers still use the previous key.
      const isPromised = successor?.id === id && successor?.overlap === "1h";
      if (!works || isPromised)
        violations.push({
          harm: "cut",
          detail: `${urn} ${keyId} was revoked: its successor does not work, or has not taken over`,
        });
    }
  }
  return violations;
}

/** Checks that no part of a secret is in a file, backup, log or output of this run. */
export function checkLeaks(world: World): Violation[] {
  const haystacks = world.stacks.flatMap(({ said }) =>
    said.flatMap(({ command, stdout, stderr }) => [
      { name: `the output of ${command}`, content: stdout },
      { name: `the error output of ${command}`, content: stderr },
    ]),
  );
  const found = findSecrets(world.secrets, [{ path: world.folder }, ...haystacks]);
  return found.map(({ secret, encoding, where, at }) => ({
    harm: "leak",
    detail: `${secret} (${encoding}) in ${where} at ${at}`,
  }));
}
