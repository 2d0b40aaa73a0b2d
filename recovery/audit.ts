import { AccountPool } from "./accounts";
import { gone } from "./audit-gone";
import { liveKeys } from "./audit-live";
import { type AuditProblem, readAudited } from "./audit-states";
import type { AuditedKey } from "./audited-key";
import type { PulumiStack } from "./pulumi-stack";
import type { SettlingOptions } from "./settling";
import { type StateSource, stateOfStack } from "./state-source";

/** How an account's live keys and the given states fit together. */
export interface AuditReport {
  /** Names of the stacks and paths of the files. */
  readonly sources: readonly string[];
  /** The accounts that the states' providers reach, with their numbers of live keys. */
  readonly accounts: readonly {
    /** The account's id, where PayEngine tells it. */
    readonly id: string | undefined;
    /** Address of the API. */
    readonly apiUrl: string;
    /** Live keys, those named here and foreign ones. */
    readonly live: number;
    /** Live keys that are not named like ours. */
    readonly foreign: number;
  }[];
  /** Every key of a state, and every live key that is named like ours. */
  readonly keys: readonly AuditedKey[];
  /** What could not be looked at. */
  readonly unreached: readonly AuditProblem[];
  /** What no call tells, which is no fault: keys made by hand, and accounts where only people make keys. */
  readonly notAudited: readonly AuditProblem[];
}

/**
 * Compares the live keys of accounts with the states that should know them. Changes nothing.
 *
 * @param sources stacks of `openStack`, and files of `openStateFile`. A key of a stack that is not given counts as
 *   unmatched.
 * @throws Error where Pulumi's CLI does not run or a state cannot be read; an account that cannot be reached is in the
 *   report.
 */
export async function auditKeys(
  sources: readonly (PulumiStack | StateSource)[],
  options: SettlingOptions = {},
): Promise<AuditReport> {
  const pool = new AccountPool();
  const states = sources.map((source) => ("load" in source ? source : stateOfStack(source)));
  try {
    const audited = await readAudited(pool, states, options);
    const now = (options.now ?? (() => new Date()))();
    const live = audited.accounts.map((account) => liveKeys(account, audited.keys, now));
    const lost = await gone(audited, now, options);
    return {
      sources: states.map(({ name }) => name),
      accounts: audited.accounts.map(({ account: { id, apiUrl }, live: all }, index) => ({
        ...{ id, apiUrl },
        ...{ live: all.length, foreign: live[index]?.foreign ?? 0 },
      })),
      keys: onceEach([...live.flatMap(({ keys }) => keys), ...lost.keys]),
      unreached: [...audited.unreached, ...lost.unreached],
      notAudited: audited.notAudited,
    };
  } finally {
    await pool.close();
  }
}

/** Two accounts that show no key in common may yet be one, at two addresses or where a list changes. */
function onceEach(keys: readonly AuditedKey[]): AuditedKey[] {
  const byId = new Map<string, AuditedKey>();
  for (const key of keys) {
    const known = byId.get(key.keyId);
    if (known === undefined || known.category === "unmatched") byId.set(key.keyId, key);
  }
  return [...byId.values()].sort((left, right) => left.keyName.localeCompare(right.keyName));
}
