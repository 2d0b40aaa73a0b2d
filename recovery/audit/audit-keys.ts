import { AccountPool, presentOf } from "../accounts";
import type { RecoveryOptions } from "../operation-time";
import type { PulumiStack } from "../pulumi/pulumi-stack";
import { type StateSource, stateOfStack } from "../pulumi/state-source";
import type { AuditedKey, Category } from "./audited-key";
import { type AuditProblem, readAudited } from "./audited-states";
import { goneKeys } from "./gone-keys";
import { liveKeys } from "./live-keys";

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

/** How to compare accounts with states. */
export interface AuditOptions extends RecoveryOptions {
  /**
   * What the names of your keys begin with, such as "shop-", where an account is shared with others. A live key in none of
   * the given states counts as unmatched if its name begins with one of these, else as other. Default: any name.
   */
  readonly namePrefixes?: readonly string[] | undefined;
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
  options: AuditOptions = {},
): Promise<AuditReport> {
  const pool = new AccountPool(options.onWarning);
  const states = sources.map((source) => ("load" in source ? source : stateOfStack(source)));
  try {
    const audited = await readAudited(pool, states, options);
    const now = options.now?.() ?? presentOf(audited.accounts);
    const listed = audited.accounts.map((it) => ({
      it,
      ...liveKeys(it, audited.keys, now, options.namePrefixes ?? []),
    }));
    const gone = await goneKeys(audited, now, options);
    return {
      sources: states.map(({ name }) => name),
      accounts: listed.map(({ it: { account, live }, foreign }) => ({
        id: account.id,
        apiUrl: account.apiUrl,
        live: live.length,
        foreign,
      })),
      keys: onceEach([...listed.flatMap(({ keys }) => keys), ...gone.keys]),
      unreached: [...audited.unreached, ...gone.unreached],
      notAudited: audited.notAudited,
    };
  } finally {
    await pool.close();
  }
}

const UNOWNED: readonly Category[] = ["unmatched", "other"];

/** Two accounts that show no key in common may yet be one, at two addresses or where a list changes. */
function onceEach(keys: readonly AuditedKey[]): AuditedKey[] {
  const byId = new Map<string, AuditedKey>();
  for (const key of keys) {
    const known = byId.get(key.keyId);
    if (known === undefined || UNOWNED.includes(known.category)) byId.set(key.keyId, key);
  }
  return [...byId.values()].sort((left, right) => left.keyName.localeCompare(right.keyName));
}
